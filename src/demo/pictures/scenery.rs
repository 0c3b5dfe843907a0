//! Elements of several images: sky, sea, houses, ships.

use super::canvas::{Canvas, Ink, Point, ink, wave};

/// The size of an image, in pixels.
pub(super) const WIDTH: i32 = 1600;
pub(super) const HEIGHT: i32 = 900;

/// Draws a sky down to the horizon, with a sun or a moon.
pub(super) fn sky(canvas: &mut Canvas, horizon: i32, colours: (u32, u32), light: (Point, u32)) {
    canvas.gradient(0, horizon, ink(colours.0), ink(colours.1));
    let (place, colour) = light;
    canvas.glow(place, 260, ink(colour));
    canvas.disc(place, 58, ink(colour));
}

/// Draws clouds: flat ellipses in a row.
pub(super) fn clouds(canvas: &mut Canvas, number: i32, lowest: i32, colour: Ink) {
    for _ in 0..number {
        let (x, y) = (canvas.chance(WIDTH), 40 + canvas.chance(lowest - 40));
        for puff in 0..5 {
            let (right, up, size) = (canvas.chance(200) - 100, canvas.chance(18), 50 + canvas.chance(70));
            canvas.ellipse((x + right + puff * 16, y - up), size, size / 5, colour);
        }
    }
}

/// Draws stars.
pub(super) fn stars(canvas: &mut Canvas, number: i32, lowest: i32) {
    for _ in 0..number {
        let (place, size) = ((canvas.chance(WIDTH), canvas.chance(lowest)), 1 + canvas.chance(2));
        canvas.disc(place, size, ink(0x00f4_efe0).thin(150));
    }
}

/// Draws water from the horizon to the lower edge, with waves that grow towards the viewer.
pub(super) fn sea(canvas: &mut Canvas, horizon: i32, far: u32, near: u32) {
    canvas.gradient(horizon, HEIGHT, ink(far), ink(near));
    let mut y = horizon + 6;
    let mut row = 0;
    while y < HEIGHT {
        let depth = y - horizon;
        for _ in 0..(60 - depth / 16) {
            let (x, length) = (canvas.chance(WIDTH), 10 + depth / 6 + canvas.chance(30 + depth / 4));
            let light = ink(0x00ff_ffff).thin(16 + canvas.chance(22));
            let dip = wave(x + row * 130, 700) * (2 + depth / 90) / 1000;
            canvas.ellipse((x, y + dip), length, 1 + depth / 160, light);
        }
        y += 7 + depth / 14;
        row += 1;
    }
}

/// Draws the reflection of a sun, a moon or a lamp on the water.
pub(super) fn reflection(canvas: &mut Canvas, x: i32, horizon: i32, colour: u32) {
    let mut y = horizon + 4;
    while y < HEIGHT {
        let depth = y - horizon;
        let shift = canvas.chance(20 + depth / 8) - 10 - depth / 16;
        canvas.ellipse((x + shift, y), 30 + depth / 5, 2 + depth / 110, ink(colour).thin(110 - depth / 8));
        y += 9 + depth / 24;
    }
}

/// Draws a row of houses on the line `ground`, with lit windows if `lights` is a colour.
pub(super) fn skyline(canvas: &mut Canvas, ground: i32, tallest: i32, wall: u32, lights: Option<u32>) {
    let mut x = -20;
    while x < WIDTH {
        let (width, height) = (46 + canvas.chance(80), tallest / 3 + canvas.chance(tallest * 2 / 3));
        let shade = ink(wall).towards(ink(0), canvas.chance(18), 100);
        canvas.rect((x, ground - height), width, height, shade);
        match canvas.chance(4) {
            0 => canvas.polygon(&[(x, ground - height), (x + width / 2, ground - height - width / 2), (x + width, ground - height)], shade),
            1 => canvas.rect((x + width / 2 - 3, ground - height - 40), 6, 40, shade),
            _ => {}
        }
        if let Some(lights) = lights {
            windows(canvas, (x + 8, ground - height + 10), (width - 12, height - 16), lights);
        }
        x += width + canvas.chance(9);
    }
}

fn windows(canvas: &mut Canvas, (left, top): Point, (width, height): Point, lights: u32) {
    for row in 0..height / 20 {
        for column in 0..width / 16 {
            if canvas.chance(5) < 2 {
                let light = ink(lights).thin(150 + canvas.chance(100));
                canvas.rect((left + column * 16, top + row * 20), 8, 10, light);
            }
        }
    }
}

/// Draws a ferry from the side, with its middle on the water at `place`.
pub(super) fn ferry(canvas: &mut Canvas, (x, y): Point, hull: u32, lit: bool) {
    let glass = if lit { ink(0x00ff_e2a0) } else { ink(0x0044_6a80) };
    canvas.polygon(&[(x - 260, y - 60), (x + 280, y - 60), (x + 230, y + 22), (x - 220, y + 22)], ink(hull));
    canvas.rect((x - 250, y - 74), 516, 14, ink(0x00e8_e3d6));
    canvas.rect((x - 200, y - 140), 390, 66, ink(0x00f3_efe4));
    canvas.rect((x - 120, y - 190), 240, 50, ink(0x00e9_e4d8));
    canvas.rect((x + 20, y - 240), 44, 50, ink(0x00b9_4b35));
    canvas.rect((x + 20, y - 236), 44, 10, ink(0x0022_2a30));
    for window in 0..11 {
        canvas.rect((x - 186 + window * 34, y - 124), 22, 26, glass);
    }
    for window in 0..6 {
        canvas.rect((x - 106 + window * 38, y - 178), 24, 20, glass);
    }
    canvas.stroke((x - 60, y - 190), (x - 60, y - 290), 5, ink(0x0030_3a40));
}

/// Draws a person in the distance: a coat, a head, two legs.
pub(super) fn figure(canvas: &mut Canvas, (x, y): Point, size: i32, coat: u32) {
    canvas.rect((x - size / 6, y - size / 3), size / 8, size / 3, ink(0x002a_2d33));
    canvas.rect((x + size / 24, y - size / 3), size / 8, size / 3, ink(0x002a_2d33));
    canvas.ellipse((x, y - size / 2), size / 5, size / 3, ink(coat));
    canvas.disc((x, y - size * 7 / 8), size / 9, ink(0x00c9_9a78));
}
