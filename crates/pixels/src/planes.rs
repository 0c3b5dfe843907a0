//! Conversion to YUV 4:2:0, as lossy WebP requires (RFC 9649, section 2.5; ITU-R BT.601, limited range).

/// The weights of red, green and blue in brightness and in the two chroma values, as fixed-point numbers with 16 fractional bits.
const Y: [i32; 3] = [16_829, 33_039, 6_416];
const U: [i32; 3] = [-9_714, -19_070, 28_784];
const V: [i32; 3] = [28_784, -24_103, -4_681];
/// The number of fractional bits in the weights.
const STEPS: u32 = 16;
/// The offsets of the limited range: black in `y`, and no colour in `u` and `v`.
const BLACK: i32 = 16;
const GREY: i32 = 128;

/// An image in three planes: one brightness value per pixel, one value of each chroma plane per two by two pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    /// The brightness; `width` values in a row.
    pub y: Vec<u8>,
    /// The blue difference; half as many values in a row and half as many rows, both rounded up.
    pub u: Vec<u8>,
    /// The red difference, with the same layout as `u`.
    pub v: Vec<u8>,
    /// The width of the image in pixels.
    pub width: usize,
    /// The height of the image in pixels.
    pub height: usize,
}

impl Planes {
    /// Converts opaque RGB pixels to planes.
    ///
    /// # Errors
    /// Fails if the number of pixels does not match the size, or if a side is zero.
    pub fn of(bytes: &[u8], (width, height): (u32, u32)) -> Result<Self, String> {
        let side = |length: u32| usize::try_from(length).map_err(|error| error.to_string());
        let (width, height) = (side(width)?, side(height)?);
        let (pixels, rest) = bytes.as_chunks::<3>();
        if width == 0 || height == 0 || !rest.is_empty() || Some(pixels.len()) != width.checked_mul(height) {
            return Err("the number of pixels does not match the size".to_owned());
        }
        let y = pixels.iter().map(|pixel| mixed(Y, pixel.map(i32::from), BLACK, 0)).collect();
        let colors = width.div_ceil(2) * height.div_ceil(2);
        let (mut u, mut v) = (Vec::with_capacity(colors), Vec::with_capacity(colors));
        for rows in pixels.chunks(2 * width) {
            let (upper, lower) = rows.split_at(width);
            // An odd last row is paired with itself.
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

/// The weighted sum of three colour values, each of which is the sum of two to the power of `shared` pixels.
#[inline]
fn mixed(weights: [i32; 3], [red, green, blue]: [i32; 3], zero: i32, shared: u32) -> u8 {
    let steps = STEPS + shared;
    let sum = weights[0] * red + weights[1] * green + weights[2] * blue + (zero << steps) + (1 << (steps - 1));
    // The weights keep the result within a byte.
    u8::try_from(sum >> steps).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::Planes;

    /// Converts one colour that fills an image with odd sides.
    fn plain(color: [u8; 3]) -> [u8; 3] {
        let planes = Planes::of(&color.repeat(15), (5, 3)).unwrap();
        assert_eq!((planes.y.len(), planes.u.len(), planes.v.len()), (15, 6, 6));
        let only = |plane: &[u8]| plane.iter().all(|value| *value == plane[0]).then(|| plane[0]).unwrap();
        [only(&planes.y), only(&planes.u), only(&planes.v)]
    }

    /// The colour bars of BT.601, with the values of its tables.
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
