//! A canvas with integer arithmetic: spans, discs, polygons and gradients, with the same pixels on every machine.

use masthead_pixels::{blend, halve, jpeg};

/// The factor by which everything is drawn larger; the image is then halved, which smooths the edges.
const OVERSAMPLING: i32 = 2;
const QUALITY: u8 = 84;

/// A colour with an opacity.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    channels: [u8; 3],
    opacity: i32,
}

/// An opaque colour, as `0xRRGGBB`.
pub(super) const fn ink(rgb: u32) -> Ink {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Ink { channels: [red, green, blue], opacity: 255 }
}

impl Ink {
    /// Returns the colour with another opacity, from 0 (invisible) to 255 (opaque).
    pub(super) const fn thin(self, opacity: i32) -> Self {
        Self { channels: self.channels, opacity }
    }

    /// Returns the colour that is `part` of `of` steps from this colour towards another.
    pub(super) fn towards(self, other: Self, part: i32, of: i32) -> Self {
        let mut channels = [0; 3];
        for (channel, (from, to)) in channels.iter_mut().zip(self.channels.into_iter().zip(other.channels)) {
            *channel = mix(from, to, part, of);
        }
        Self { channels, opacity: self.opacity }
    }
}

fn mix(from: u8, to: u8, part: i32, of: i32) -> u8 {
    let (from, to) = (i32::from(from), i32::from(to));
    u8::try_from((from + (to - from) * part / of.max(1)).clamp(0, 255)).unwrap_or(u8::MAX)
}

/// A point: x, y.
pub(super) type Point = (i32, i32);

/// The canvas.
pub(super) struct Canvas {
    width: i32,
    height: i32,
    pixels: Vec<u8>,
    seed: u32,
}

impl Canvas {
    /// Returns an empty canvas; the seed determines everything that looks random.
    pub(super) fn new(width: i32, height: i32, seed: u32) -> Self {
        let (width, height) = (width * OVERSAMPLING, height * OVERSAMPLING);
        let bytes = usize::try_from(width * height * 3).unwrap_or_default();
        Self { width, height, pixels: vec![0; bytes], seed: seed.max(1) }
    }

    /// Returns the next number of a fixed sequence, from 0 to less than `below`.
    pub(super) fn chance(&mut self, below: i32) -> i32 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 17;
        self.seed ^= self.seed << 5;
        i32::try_from(self.seed % u32::try_from(below.max(1)).unwrap_or(1)).unwrap_or_default()
    }

    /// Fills rows with a gradient from the colour `top` to the colour `bottom`, across the whole width.
    pub(super) fn gradient(&mut self, top: i32, bottom: i32, from: Ink, to: Ink) {
        let (top, bottom) = (top * OVERSAMPLING, bottom * OVERSAMPLING);
        for y in top..bottom {
            self.span(y, 0, self.width, from.towards(to, y - top, bottom - top));
        }
    }

    /// Fills a rectangle.
    pub(super) fn rect(&mut self, (x, y): Point, width: i32, height: i32, ink: Ink) {
        for line in y * OVERSAMPLING..(y + height) * OVERSAMPLING {
            self.span(line, x * OVERSAMPLING, (x + width) * OVERSAMPLING, ink);
        }
    }

    /// Fills a circle.
    pub(super) fn disc(&mut self, centre: Point, radius: i32, ink: Ink) {
        self.ellipse(centre, radius, radius, ink);
    }

    /// Fills an ellipse.
    pub(super) fn ellipse(&mut self, (x, y): Point, across: i32, down: i32, ink: Ink) {
        let (x, y, across, down) = (x * OVERSAMPLING, y * OVERSAMPLING, across * OVERSAMPLING, (down * OVERSAMPLING).max(1));
        for line in -down..=down {
            let half = across * (down * down - line * line).isqrt() / down;
            self.span(y + line, x - half, x + half, ink);
        }
    }

    /// Draws light around a point, fading outwards.
    pub(super) fn glow(&mut self, centre: Point, radius: i32, ink: Ink) {
        for ring in 1..=8 {
            self.disc(centre, radius * ring / 8, ink.thin(18));
        }
    }

    /// Fills a polygon; a point is inside if a line from outside to it crosses an odd number of edges.
    pub(super) fn polygon(&mut self, corners: &[Point], ink: Ink) {
        let corners: Vec<Point> = corners.iter().map(|(x, y)| (x * OVERSAMPLING, y * OVERSAMPLING)).collect();
        let top = corners.iter().map(|corner| corner.1).min().unwrap_or_default().max(0);
        let bottom = corners.iter().map(|corner| corner.1).max().unwrap_or_default().min(self.height);
        for y in top..bottom {
            let edges = corners.iter().zip(corners.iter().cycle().skip(1));
            let mut crossings: Vec<i32> = edges.filter_map(|(from, to)| crossing(*from, *to, y)).collect();
            crossings.sort_unstable();
            for pair in crossings.chunks_exact(2) {
                self.span(y, pair[0], pair[1], ink);
            }
        }
    }

    /// Draws a straight stroke.
    pub(super) fn stroke(&mut self, from: Point, to: Point, width: i32, ink: Ink) {
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let length = (across * across + down * down).isqrt().max(1);
        let (x, y) = (-down * width / (2 * length), across * width / (2 * length));
        // A stroke thinner than the rounding of its slope must still be visible.
        let (x, y) = if x == 0 && y == 0 { (1, 1) } else { (x, y) };
        self.polygon(&[(from.0 + x, from.1 + y), (to.0 + x, to.1 + y), (to.0 - x, to.1 - y), (from.0 - x, from.1 - y)], ink);
    }

    /// Returns the image as a JPEG file.
    pub(super) fn jpeg(self) -> Result<Vec<u8>, String> {
        let size = |length: i32| u32::try_from(length / OVERSAMPLING).unwrap_or_default();
        let pixels = halve(&self.pixels, usize::try_from(self.width).unwrap_or_default());
        jpeg(&pixels, (size(self.width), size(self.height)), QUALITY).map_err(|error| format!("cannot write a picture: {error}"))
    }

    fn span(&mut self, y: i32, from: i32, to: i32, ink: Ink) {
        let (from, to) = (from.clamp(0, self.width), to.clamp(0, self.width));
        if !(0..self.height).contains(&y) || from >= to {
            return;
        }
        let index = |x: i32| usize::try_from((y * self.width + x) * 3).unwrap_or_default();
        let line = &mut self.pixels[index(from)..index(to)];
        blend(line, ink.channels, u8::try_from(ink.opacity.clamp(0, 255)).unwrap_or(u8::MAX));
    }
}

fn crossing(from: Point, to: Point, y: i32) -> Option<i32> {
    let (low, high) = if from.1 <= to.1 { (from, to) } else { (to, from) };
    (low.1..high.1).contains(&y).then(|| low.0 + (high.0 - low.0) * (y - low.1) / (high.1 - low.1))
}

/// Returns an integer wave from -1000 to 1000 with this period.
pub(super) fn wave(x: i32, period: i32) -> i32 {
    let half = (period / 2).max(1);
    let place = x.rem_euclid(half * 2);
    let within = place % half;
    let height = 4000 * within * (half - within) / (half * half);
    if place < half { height } else { -height }
}
