//! Brightness and colours apart, as lossy WebP holds them (RFC 9649, section 2.5; ITU-R BT.601, in the range from 16).

/// How much of red, green and blue makes brightness and the two colours, in 65,536ths of a byte's step.
const Y: [i32; 3] = [16_829, 33_039, 6_416];
const U: [i32; 3] = [-9_714, -19_070, 28_784];
const V: [i32; 3] = [28_784, -24_103, -4_681];
/// How far a sum is shifted to be in steps.
const STEPS: u32 = 16;
/// The darkest, and what has no colour.
const BLACK: i32 = 16;
const GREY: i32 = 128;

/// A picture in three planes: brightness for every pixel, both colours for every four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Brightness, `width` to a row.
    pub y: Vec<u8>,
    /// Blue against brightness, half as many to a row and half as many rows, a last odd one included.
    pub u: Vec<u8>,
    /// Red against brightness, likewise.
    pub v: Vec<u8>,
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
}

impl Planes {
    /// Takes opaque pixels apart.
    ///
    /// # Errors
    /// Where there are not as many as the size says.
    pub fn of(bytes: &[u8], (width, height): (u32, u32)) -> Result<Self, String> {
        let side = |length: u32| usize::try_from(length).map_err(|error| error.to_string());
        let (width, height) = (side(width)?, side(height)?);
        let (pixels, rest) = bytes.as_chunks::<3>();
        if width == 0 || height == 0 || !rest.is_empty() || Some(pixels.len()) != width.checked_mul(height) {
            return Err("the pixels are not as many as the picture is wide and high".to_owned());
        }
        let y = pixels.iter().map(|pixel| mixed(Y, pixel.map(i32::from), BLACK, 0)).collect();
        let colors = width.div_ceil(2) * height.div_ceil(2);
        let (mut u, mut v) = (Vec::with_capacity(colors), Vec::with_capacity(colors));
        for rows in pixels.chunks(2 * width) {
            let (upper, lower) = rows.split_at(width);
            // A last row that has no other is its own.
            let lower = if lower.is_empty() { upper } else { lower };
            for (above, below) in upper.chunks(2).zip(lower.chunks(2)) {
                let four = [above[0], above[above.len() - 1], below[0], below[below.len() - 1]];
                let sum = |color: usize| four.iter().map(|pixel| i32::from(pixel[color])).sum();
                let sums = [sum(0), sum(1), sum(2)];
                u.push(mixed(U, sums, GREY, 2));
                v.push(mixed(V, sums, GREY, 2));
            }
        }
        Ok(Self { y, u, v, width, height })
    }
}

/// The weighted sum of colours, each of them the sum of so many pixels as two to the power of `shared`.
#[inline]
fn mixed(weights: [i32; 3], [red, green, blue]: [i32; 3], zero: i32, shared: u32) -> u8 {
    let steps = STEPS + shared;
    let sum = weights[0] * red + weights[1] * green + weights[2] * blue + (zero << steps) + (1 << (steps - 1));
    // By the weights, it is never beyond a byte.
    u8::try_from(sum >> steps).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::Planes;

    /// What a colour becomes, all over a picture of odd sides.
    fn plain(color: [u8; 3]) -> [u8; 3] {
        let planes = Planes::of(&color.repeat(15), (5, 3)).unwrap();
        assert_eq!((planes.y.len(), planes.u.len(), planes.v.len()), (15, 6, 6));
        let only = |plane: &[u8]| plane.iter().all(|value| *value == plane[0]).then(|| plane[0]).unwrap();
        [only(&planes.y), only(&planes.u), only(&planes.v)]
    }

    /// The colour bars of BT.601, as its tables have them.
    #[test]
    fn colors_are_those_of_the_standard() {
        let bars = [
            ([255, 255, 255], [235, 128, 128]),
            ([0, 0, 0], [16, 128, 128]),
            ([255, 0, 0], [81, 90, 240]),
            ([0, 255, 0], [145, 54, 34]),
            ([0, 0, 255], [41, 240, 110]),
            ([255, 255, 0], [210, 16, 146]),
            ([0, 255, 255], [170, 166, 16]),
            ([255, 0, 255], [106, 202, 222]),
        ];
        for (color, planes) in bars {
            assert_eq!(plain(color), planes, "{color:?}");
        }
    }

    #[test]
    fn a_color_is_the_mean_of_its_four_pixels() {
        let planes = Planes::of(&[[255, 0, 0], [0, 0, 255], [0, 0, 0], [0, 0, 0], [0, 255, 0], [0, 255, 0]].concat(), (2, 3)).unwrap();
        assert_eq!(planes.y, [81, 41, 16, 16, 145, 145]);
        assert_eq!(planes.u, [147, 54]);
        assert_eq!(planes.v, [151, 34]);
    }

    #[test]
    fn pixels_that_do_not_fit_the_size_are_refused() {
        for (bytes, size) in [(11, (2, 2)), (12, (2, 1)), (12, (3, 2)), (0, (0, 4)), (0, (u32::MAX, u32::MAX))] {
            assert!(Planes::of(&vec![0; bytes], size).is_err(), "{bytes} {size:?}");
        }
    }
}
