//! Images of the town: its houses, streets and halls.

use super::canvas::{Canvas, ink, wave};
use super::scenery::{HEIGHT, WIDTH, clouds, figure, sky, skyline};

pub(super) fn silo(canvas: &mut Canvas) {
    sky(canvas, 725, (0x007f_b2d0, 0x00e6_eee6), ((1380, 150), 0x00ff_f6d8));
    clouds(canvas, 8, 300, ink(0x00ff_ffff).thin(90));
    for tower in 0..6 {
        let x = 300 + tower * 160;
        canvas.rect((x, 170), 150, 560, ink(0x00cf_c3ae));
        for shade in 0..15 {
            canvas.rect((x + 75 + shade * 5, 170), 75 - shade * 5, 560, ink(0x0050_4638).thin(9));
        }
        canvas.ellipse((x + 75, 170), 75, 16, ink(0x00e2_d8c4));
        for window in 0..5 {
            canvas.rect((x + 50, 250 + window * 90), 50, 60, ink(0x0036_596b).thin(if tower % 2 == 0 { 230 } else { 60 }));
        }
    }
    canvas.rect((0, 725), WIDTH, 175, ink(0x0086_8a84));
    for stone in 0..40 {
        canvas.rect((stone * 41, 760 + (stone % 3) * 44), 36, 3, ink(0x006a_6e69));
    }
    for (x, coat) in [(260, 0x00b2_4a3a), (340, 0x0033_5a78), (1180, 0x00d0_a13c), (1330, 0x004b_6b4a)] {
        figure(canvas, (x, 830), 120, coat);
    }
}

pub(super) fn chamber(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x005a_4634), ink(0x002b_2019));
    for pillar in 0..9 {
        canvas.rect((60 + pillar * 180, 0), 40, 380, ink(0x0089_7355));
        canvas.rect((60 + pillar * 180, 0), 12, 380, ink(0x00a9_9270));
    }
    canvas.rect((640, 60), 320, 220, ink(0x001f_4a5c));
    canvas.disc((800, 170), 70, ink(0x00e0_c26a));
    canvas.polygon(&[(790, 110), (810, 110), (822, 230), (778, 230)], ink(0x001f_4a5c));
    for row in 0..6 {
        let (reach, y) = (330 + row * 95, 430 + row * 80);
        canvas.ellipse((800, y + 150), reach, 120 + row * 8, ink(0x006e_4f32).towards(ink(0x0094_6d45), row, 6));
        for seat in 0..(9 + row * 2) {
            let x = 800 - reach + 60 + seat * (2 * reach - 120) / (8 + row * 2);
            let coat = [0x0033_4a66, 0x0070_3b40, 0x003d_5c4a, 0x0057_5560][usize::try_from(canvas.chance(4)).unwrap_or(0)];
            canvas.ellipse((x, y + 52), 30, 36, ink(coat));
            let skin = ink(0x00c4_9a7a).towards(ink(0x0069_4630), canvas.chance(100), 100);
            canvas.disc((x, y + 6), 19, skin);
        }
    }
}

pub(super) fn bakery(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x0014_1a2c), ink(0x0026_2430));
    canvas.rect((180, 140), 1240, 600, ink(0x0057_3324));
    canvas.rect((230, 200), 1140, 480, ink(0x00ff_d793));
    canvas.glow((800, 420), 620, ink(0x00ff_e9b8));
    for shelf in 0..3 {
        let y = 330 + shelf * 130;
        canvas.rect((250, y), 1100, 16, ink(0x007a_4a2b));
        for loaf in 0..12 {
            let crust = ink(0x00b8_732f).towards(ink(0x007c_4419), canvas.chance(100), 100);
            canvas.ellipse((310 + loaf * 88, y - 22), 40, 26, crust);
            for cut in 0..3 {
                canvas.stroke((290 + loaf * 88 + cut * 18, y - 34), (298 + loaf * 88 + cut * 18, y - 16), 4, ink(0x00ec_c48b));
            }
        }
    }
    canvas.rect((180, 740), 1240, 160, ink(0x0030_2426));
    for stripe in 0..16 {
        let cloth = if stripe % 2 == 0 { 0x00b9_3f34 } else { 0x00f0_e6d4 };
        canvas
            .polygon(&[(180 + stripe * 78, 120), (258 + stripe * 78, 120), (250 + stripe * 80, 210), (170 + stripe * 80, 210)], ink(cloth));
    }
    figure(canvas, (1080, 700), 330, 0x00f5_f1e8);
}

pub(super) fn tram(canvas: &mut Canvas) {
    canvas.gradient(0, 620, ink(0x00b8_cfd8), ink(0x00f1_ece0));
    skyline(canvas, 640, 470, 0x00b5_9a80, Some(0x0055_6d78));
    canvas.rect((0, 640), WIDTH, 260, ink(0x0077_7672));
    for rail in [760, 800] {
        canvas.rect((0, rail), WIDTH, 6, ink(0x00c8_cccc));
    }
    canvas.rect((230, 430), 1140, 300, ink(0x00e9_c13f));
    canvas.rect((230, 640), 1140, 50, ink(0x0028_4a5a));
    canvas.polygon(&[(1370, 430), (1420, 520), (1420, 730), (1370, 730)], ink(0x00d8_ae2f));
    for window in 0..8 {
        canvas.rect((262 + window * 138, 468), 112, 130, ink(0x0039_5866));
        canvas.polygon(
            &[(262 + window * 138, 598), (262 + window * 138, 540), (320 + window * 138, 468), (350 + window * 138, 468)],
            ink(0x00ff_ffff).thin(40),
        );
    }
    for wheel in [340, 440, 1140, 1240] {
        canvas.disc((wheel, 738), 32, ink(0x002a_2c30));
        canvas.disc((wheel, 738), 12, ink(0x0085_8a8e));
    }
    canvas.stroke((700, 430), (780, 330), 8, ink(0x0030_3438));
    canvas.stroke((780, 330), (700, 250), 8, ink(0x0030_3438));
    canvas.rect((0, 246), WIDTH, 4, ink(0x0030_3438));
    figure(canvas, (130, 850), 190, 0x008a_3c4a);
    figure(canvas, (1500, 860), 200, 0x0037_5d49);
}

pub(super) fn stage(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x0018_1230), ink(0x003b_2040));
    for (x, colour) in [(250, 0x00ff_7a9a), (620, 0x007a_c0ff), (1000, 0x00ff_d27a), (1380, 0x009a_ff9a)] {
        canvas.polygon(&[(x, 0), (x + 20, 0), (x + 220, 760), (x - 200, 760)], ink(colour).thin(44));
        canvas.disc((x + 10, 14), 22, ink(colour));
    }
    canvas.rect((0, 740), WIDTH, 160, ink(0x0023_1720));
    for (x, coat) in [(480, 0x00d2_5a4a), (800, 0x00e6_d8b8), (1120, 0x004a_8ab0)] {
        figure(canvas, (x, 780), 360, coat);
    }
    canvas.rect((410, 560), 150, 90, ink(0x0012_1214));
    for fold in 0..8 {
        canvas.rect((424 + fold * 16, 560), 5, 90, ink(0x00c0_3a3a));
    }
    canvas.stroke((740, 700), (900, 520), 12, ink(0x0092_5a2c));
    canvas.ellipse((742, 690), 60, 44, ink(0x00b8_743a));
    for head in 0..26 {
        let (x, y) = (head * 64 + canvas.chance(30), 850 + canvas.chance(50));
        canvas.disc((x, y), 34, ink(0x000b_080e));
    }
}

pub(super) fn fish_market(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x00d4_dedd), ink(0x0099_a6a4));
    for lamp in 0..5 {
        canvas.polygon(&[(170 + lamp * 310, 0), (190 + lamp * 310, 0), (250 + lamp * 310, 70), (110 + lamp * 310, 70)], ink(0x0036_5a62));
        canvas.glow((180 + lamp * 310, 80), 130, ink(0x00ff_f6d8));
    }
    for row in 0..3 {
        for crate_ in 0..4 {
            let (x, y) = (40 + crate_ * 390 - row * 20, 250 + row * 210);
            canvas.rect((x, y), 360, 180, ink(0x002f_6f8e));
            canvas.rect((x + 14, y + 14), 332, 152, ink(0x00e9_f2f4));
            for fish in 0..9 {
                let (left, top) = (x + 40 + canvas.chance(250), y + 34 + fish * 13);
                let scale = ink(0x009f_b4bc).towards(ink(0x0056_6e84), canvas.chance(100), 100);
                canvas.ellipse((left, top), 58, 11, scale);
                canvas.ellipse((left, top + 4), 44, 5, ink(0x00e6_ecec));
                canvas.polygon(&[(left + 50, top), (left + 80, top - 12), (left + 80, top + 12)], scale);
                canvas.disc((left - 42, top - 2), 3, ink(0x0011_1518));
            }
        }
    }
}

pub(super) fn bell(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x0038_2f3c), ink(0x0075_5d50));
    canvas.glow((800, 380), 560, ink(0x00ff_e2b0));
    canvas.rect((300, 60), 1000, 46, ink(0x004a_2f1e));
    canvas.rect((760, 100), 80, 60, ink(0x0030_2a28));
    let bronze = ink(0x00b0_8440);
    for line in 0..480 {
        let half = 150 + line * line / 2200 + if line > 430 { (line - 430) * 2 } else { 0 };
        let shade = bronze.towards(ink(0x0070_4e22), line, 480);
        canvas.rect((800 - half, 160 + line), half * 2, 1, shade);
        canvas.rect((800 - half + half / 3, 160 + line), half / 4, 1, ink(0x00f4_dc9c).thin(70));
    }
    for band in [230, 520, 566] {
        canvas.rect((800 - 150 - (band - 160) * (band - 160) / 2200, band), 300 + (band - 160) * (band - 160) / 1100, 6, ink(0x005d_4019));
    }
    canvas.disc((800, 690), 44, ink(0x003a_2a1c));
    canvas.rect((0, 820), WIDTH, 80, ink(0x0040_342e));
}

pub(super) fn pitch(canvas: &mut Canvas) {
    canvas.gradient(0, 330, ink(0x002a_3552), ink(0x00d0_8a78));
    for seat in 0..700 {
        let place = (canvas.chance(WIDTH), 180 + canvas.chance(150));
        let coat = [0x00c8_4a40, 0x00f0_e4c8, 0x002f_6a86, 0x00d8_b048][usize::try_from(seat % 4).unwrap_or(0)];
        canvas.disc(place, 9, ink(coat).thin(190));
    }
    for stripe in 0..10 {
        let green = if stripe % 2 == 0 { 0x003f_8a4a } else { 0x004c_9c56 };
        canvas.polygon(&[(stripe * 160, 330), (stripe * 160 + 160, 330), (stripe * 240 - 240, 900), (stripe * 240 - 480, 900)], ink(green));
    }
    canvas.polygon(&[(1300, 330), (1600, 330), (1600, 900), (1100, 900)], ink(0x004c_9c56).thin(40));
    canvas.stroke((0, 620), (1600, 620), 6, ink(0x00f0_f4ec));
    canvas.ellipse((800, 620), 210, 90, ink(0x00f0_f4ec).thin(60));
    for (x, y, coat) in
        [(420, 560, 0x00c8_3a36), (640, 720, 0x00c8_3a36), (980, 600, 0x00ee_eee6), (1180, 760, 0x00c8_3a36), (760, 500, 0x00ee_eee6)]
    {
        figure(canvas, (x, y), 150, coat);
    }
    canvas.disc((860, 690), 16, ink(0x00fb_fbf6));
}

pub(super) fn kitchen(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x00ee_e0c6), ink(0x00c9_a878));
    for board in 0..9 {
        canvas.rect((0, board * 104), WIDTH, 3, ink(0x00a8_875c));
    }
    let foods = [0x00c8_4032, 0x00e0_9a2c, 0x005f_8a3c, 0x007a_3f6a, 0x00d8_c45a];
    for piece in 0..46 {
        let (x, y, size) = (canvas.chance(WIDTH), canvas.chance(HEIGHT), 34 + canvas.chance(40));
        let food = ink(foods[usize::try_from(piece % 5).unwrap_or(0)]);
        canvas.ellipse((x + 8, y + 12), size, size - 4, ink(0x0048_3420).thin(60));
        canvas.disc((x, y), size, food);
        canvas.ellipse((x - size / 3, y - size / 3), size / 3, size / 4, ink(0x00ff_ffff).thin(80));
        canvas.stroke((x, y - size + 6), (x + 10, y - size - 16), 7, ink(0x0042_5a2c));
    }
    canvas.disc((800, 470), 270, ink(0x00f7_f4ee));
    canvas.disc((800, 470), 220, ink(0x00e6_e0d4));
    for slice in 0..7 {
        canvas.ellipse((660 + slice * 46, 440 + wave(slice * 100, 400) / 20), 54, 96, ink(0x00c9_8a52).towards(ink(0x0080_4a2a), slice, 7));
    }
    canvas.disc((900, 600), 44, ink(0x00f0_d95a));
}

pub(super) fn pump_house(canvas: &mut Canvas) {
    canvas.gradient(0, 640, ink(0x00e4_ebe8), ink(0x00c4_cfcc));
    canvas.rect((0, 640), WIDTH, 260, ink(0x008c_938f));
    for tile in 0..20 {
        canvas.stroke((tile * 84, 640), (tile * 130 - 400, HEIGHT), 3, ink(0x0070_7773));
    }
    for window in 0..5 {
        canvas.rect((80 + window * 310, 70), 220, 120, ink(0x00f8_fbf4));
        canvas.rect((186 + window * 310, 70), 8, 120, ink(0x0099_a4a0));
    }
    for (height, paint) in [(240, 0x003f_6fa0), (290, 0x00b8_4f40)] {
        canvas.rect((0, height), WIDTH, 30, ink(paint));
        canvas.rect((0, height + 4), WIDTH, 6, ink(0x00ff_ffff).thin(90));
    }
    for machine in 0..3 {
        let x = 130 + machine * 480;
        canvas.rect((x + 70, 255), 26, 190, ink(0x003f_6fa0));
        canvas.rect((x + 270, 305), 26, 140, ink(0x00b8_4f40));
        canvas.ellipse((x + 180, 760), 210, 26, ink(0).thin(60));
        canvas.rect((x, 440), 360, 310, ink(0x002f_7a5c));
        canvas.rect((x, 440), 360, 26, ink(0x0049_9a78));
        for grille in 0..9 {
            canvas.rect((x + 30, 560 + grille * 18), 170, 8, ink(0x001c_4d3a));
        }
        for dial in 0..2 {
            canvas.disc((x + 270, 540 + dial * 100), 36, ink(0x00f4_f2e8));
            canvas.stroke((x + 270, 540 + dial * 100), (x + 288, 520 + dial * 106), 6, ink(0x00b0_3a30));
        }
    }
    figure(canvas, (1540, 840), 260, 0x00e0_8a2c);
}
