//! Images of the waterside: the harbour, the bay, the quays.

use super::canvas::{Canvas, ink, wave};
use super::scenery::{HEIGHT, WIDTH, clouds, ferry, figure, reflection, sea, sky, skyline, stars};

pub(super) fn harbour_dawn(canvas: &mut Canvas) {
    sky(canvas, 520, (0x0032_4a6b, 0x00f3_b183), ((1120, 430), 0x00ff_e9c0));
    clouds(canvas, 7, 330, ink(0x00ff_d9c0).thin(46));
    skyline(canvas, 524, 190, 0x0046_4a5e, None);
    sea(canvas, 522, 0x00c9_8f7c, 0x002c_4258);
    reflection(canvas, 1120, 524, 0x00ff_e0b0);
    ferry(canvas, (520, 640), 0x0029_3f56, false);
}

pub(super) fn ferry_night(canvas: &mut Canvas) {
    sky(canvas, 500, (0x0008_1024, 0x001d_3354), ((300, 170), 0x00f2_ead2));
    stars(canvas, 160, 400);
    skyline(canvas, 506, 230, 0x0010_1a2c, Some(0x00ff_d27a));
    sea(canvas, 504, 0x001c_3350, 0x0006_0d1a);
    reflection(canvas, 300, 506, 0x00e8_e2cc);
    reflection(canvas, 1000, 680, 0x00ff_cf80);
    ferry(canvas, (960, 660), 0x0030_4a66, true);
}

pub(super) fn eelgrass(canvas: &mut Canvas) {
    canvas.gradient(0, HEIGHT, ink(0x007c_c9c0), ink(0x000c_3b4a));
    for ray in 0..7 {
        let x = 120 + ray * 230;
        canvas.polygon(&[(x, 0), (x + 70, 0), (x - 140, HEIGHT), (x - 330, HEIGHT)], ink(0x00e8_fff4).thin(22));
    }
    canvas.polygon(&[(0, 800), (400, 770), (900, 810), (1600, 780), (1600, 900), (0, 900)], ink(0x008a_8a66));
    for blade in 0..110 {
        let (x, height) = (canvas.chance(WIDTH), 180 + canvas.chance(380));
        let green = ink(0x002c_7a4b).towards(ink(0x008f_b85a), canvas.chance(100), 100);
        for step in 0..height / 12 {
            let (low, high) = (830 - step * 12, 818 - step * 12);
            let lean = |step: i32| x + wave(step * 12 + blade * 37, 520) * step / 700;
            canvas.stroke((lean(step), low), (lean(step + 1), high), 9 - step / 6, green);
        }
    }
    for fish in 0..14 {
        let (x, y) = (canvas.chance(WIDTH), 160 + canvas.chance(440));
        let scale = ink(0x00d8_dfe0).towards(ink(0x0070_8a94), fish, 14);
        canvas.ellipse((x, y), 34, 12, scale);
        canvas.polygon(&[(x + 28, y), (x + 54, y - 14), (x + 54, y + 14)], scale);
        canvas.disc((x - 20, y - 3), 3, ink(0x0012_1a1c));
    }
}

pub(super) fn lighthouse(canvas: &mut Canvas) {
    sky(canvas, 560, (0x001b_2440, 0x00c9_7b6d), ((420, 500), 0x00ff_d6a0));
    stars(canvas, 70, 260);
    canvas.polygon(&[(1090, 240), (0, 60), (0, 250)], ink(0x00ff_f2c4).thin(64));
    canvas.polygon(&[(1110, 240), (1600, 140), (1600, 300)], ink(0x00ff_f2c4).thin(64));
    sea(canvas, 558, 0x0093_5f63, 0x0012_1e34);
    reflection(canvas, 420, 560, 0x00ff_cf9a);
    canvas.polygon(&[(860, 640), (950, 560), (1260, 560), (1420, 660), (1600, 700), (1600, 900), (780, 900)], ink(0x002b_2a33));
    canvas.polygon(&[(1040, 580), (1062, 280), (1138, 280), (1160, 580)], ink(0x00ef_e9dd));
    for band in 0..3 {
        canvas.rect((1056 - band * 7, 330 + band * 90), 88 + band * 14, 40, ink(0x00b3_3b34));
    }
    canvas.rect((1048, 268), 104, 14, ink(0x0026_2b33));
    canvas.rect((1068, 206), 64, 62, ink(0x00ff_ecb0));
    canvas.polygon(&[(1054, 208), (1100, 160), (1146, 208)], ink(0x008d_2f2c));
    canvas.glow((1100, 238), 150, ink(0x00ff_f0c0));
}

pub(super) fn regatta(canvas: &mut Canvas) {
    sky(canvas, 380, (0x0066_a8d8, 0x00e4_f0f2), ((240, 120), 0x00ff_fbe6));
    clouds(canvas, 9, 260, ink(0x00ff_ffff).thin(110));
    skyline(canvas, 384, 90, 0x008f_a5a8, None);
    sea(canvas, 382, 0x0077_b2c4, 0x0017_5a78);
    for (row, colour) in [(0, 0x00d2_3f3a), (1, 0x00e7_b53c), (2, 0x002f_6d54), (3, 0x0039_3f86)] {
        let (x, y) = (260 + row * 230, 480 + row * 110);
        let length = 360 + row * 60;
        canvas.polygon(&[(x, y), (x + length, y), (x + length - 50, y + 22), (x + 50, y + 22)], ink(colour));
        for rower in 0..4 {
            let seat = x + 80 + rower * (length - 140) / 4;
            canvas.ellipse((seat, y - 18), 18, 28, ink(colour).towards(ink(0x00ff_ffff), 1, 4));
            canvas.disc((seat + 6, y - 56), 14, ink(0x00c2_9472));
            canvas.stroke((seat, y - 10), (seat - 90, y + 46), 6, ink(0x00f2_e8d2));
        }
    }
}

pub(super) fn cranes(canvas: &mut Canvas) {
    sky(canvas, 694, (0x008a_a4b4, 0x00f0_dcc0), ((1300, 260), 0x00ff_f0cc));
    clouds(canvas, 6, 300, ink(0x00ff_ffff).thin(60));
    for (x, tall) in [(220, 60), (640, 20), (1060, 80)] {
        let steel = ink(0x002f_5d80);
        canvas.rect((x, tall + 150), 26, 500, steel);
        canvas.rect((x + 190, tall + 150), 26, 500, steel);
        canvas.rect((x - 150, tall + 150), 560, 24, steel);
        canvas.stroke((x + 100, tall + 40), (x - 140, tall + 152), 10, steel);
        canvas.stroke((x + 100, tall + 40), (x + 400, tall + 152), 10, steel);
        canvas.rect((x + 88, tall + 40), 24, 120, steel);
        canvas.stroke((x - 80, tall + 170), (x - 80, tall + 330), 4, ink(0x0020_2a30));
        canvas.rect((x - 120, tall + 330), 84, 44, ink(0x00c8_6a30));
    }
    let paints = [0x00b3_4a3a, 0x002f_6a86, 0x00cf_9a35, 0x0050_7a55, 0x008a_8f94];
    for row in 0..4 {
        for column in 0..15 {
            if row > 1 && canvas.chance(3) == 0 {
                continue;
            }
            let paint = paints[usize::try_from(canvas.chance(5)).unwrap_or(0)];
            canvas.rect((20 + column * 106, 640 - row * 58), 100, 54, ink(paint));
            for rib in 0..9 {
                canvas.rect((28 + column * 106 + rib * 10, 646 - row * 58), 3, 42, ink(0).thin(36));
            }
        }
    }
    canvas.rect((0, 694), WIDTH, 206, ink(0x0062_6668));
    for mark in 0..14 {
        canvas.rect((mark * 120, 790), 70, 8, ink(0x00e6_c84a));
    }
}

pub(super) fn benches(canvas: &mut Canvas) {
    sky(canvas, 470, (0x0090_c0d6, 0x00fb_ead0), ((1240, 210), 0x00ff_f4d4));
    sea(canvas, 468, 0x00a4_c9cc, 0x003d_7f8c);
    canvas.polygon(&[(0, 640), (1600, 600), (1600, 900), (0, 900)], ink(0x00b3_a68f));
    for plank in 0..9 {
        canvas.stroke((0, 670 + plank * 30), (1600, 632 + plank * 32), 3, ink(0x008f_836f));
    }
    for (x, y) in [(180, 720), (660, 710), (1140, 700)] {
        for slat in 0..3 {
            canvas.rect((x, y - 90 + slat * 22), 320, 14, ink(0x007b_4e2c));
        }
        canvas.rect((x - 10, y - 14), 340, 18, ink(0x008f_5d36));
        canvas.rect((x + 20, y), 14, 70, ink(0x0034_393c));
        canvas.rect((x + 286, y), 14, 70, ink(0x0034_393c));
    }
    figure(canvas, (760, 720), 170, 0x0046_5f8a);
    figure(canvas, (850, 720), 160, 0x00b4_6a4a);
}

pub(super) fn floodgate(canvas: &mut Canvas) {
    canvas.gradient(0, 430, ink(0x004c_5a68), ink(0x009a_a5a8));
    clouds(canvas, 16, 330, ink(0x0035_404a).thin(70));
    sea(canvas, 428, 0x0060_7c82, 0x0022_3c46);
    for gate in 0..4 {
        let x = 80 + gate * 390;
        canvas.rect((x, 250), 90, 460, ink(0x00a8_a9a4));
        canvas.rect((x, 250), 26, 460, ink(0x00c4_c5c0));
        canvas.rect((x - 14, 226), 118, 30, ink(0x007d_8082));
        canvas.polygon(&[(x + 90, 400), (x + 390, 400), (x + 390, 690), (x + 90, 650)], ink(0x00c4_7a35));
        for rib in 0..5 {
            canvas.rect((x + 120 + rib * 54, 404), 10, 260, ink(0x008f_5522));
        }
    }
    for drop in 0..420 {
        let (x, y) = (canvas.chance(WIDTH), canvas.chance(HEIGHT));
        canvas.stroke((x, y), (x - 8, y + 24), 2, ink(0x00e4_eef0).thin(50 + drop % 40));
    }
}

pub(super) fn swimmers(canvas: &mut Canvas) {
    sky(canvas, 360, (0x00a9_b9c9, 0x00f4_e2d8), ((820, 290), 0x00ff_f0e0));
    skyline(canvas, 362, 80, 0x0090_9aa6, None);
    sea(canvas, 360, 0x00b6_b9c0, 0x0040_5f74);
    for (x, y, cap) in
        [(380, 560, 0x00e0_503c), (640, 620, 0x00f0_c040), (930, 540, 0x0040_8060), (1200, 660, 0x00d8_5a8a), (820, 760, 0x0037_5ab0)]
    {
        canvas.ellipse((x, y + 20), 110, 14, ink(0x00ff_ffff).thin(90));
        canvas.ellipse((x, y + 6), 52, 24, ink(0x00c8_9a7c));
        canvas.disc((x, y - 26), 26, ink(0x00d0_a284));
        canvas.ellipse((x, y - 38), 27, 18, ink(cap));
    }
    canvas.rect((0, 800), 330, 100, ink(0x0077_5a3e));
    for plank in 0..6 {
        canvas.rect((plank * 56, 800), 3, 100, ink(0x0053_3e2a));
    }
}
