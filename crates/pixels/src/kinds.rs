//! Conversion between pixel formats. The functions that shorten the data work in place: they leave the result at the beginning of
//! the buffer and return its length.

/// Converts RGBA to RGB if every pixel is fully opaque; otherwise returns `None` and changes nothing.
pub fn drop_alpha(bytes: &mut [u8]) -> Option<usize> {
    let (pixels, _) = bytes.as_chunks::<4>();
    if pixels.iter().any(|pixel| pixel[3] != u8::MAX) {
        return None;
    }
    Some(shorten(bytes, |[red, green, blue, _]| [red, green, blue]))
}

/// Composites RGBA pixels onto white, which gives RGB.
pub fn lay_on_white(bytes: &mut [u8]) -> usize {
    let blend = |value: u8, alpha: u8| {
        let sum = u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
        u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
    };
    shorten(bytes, |[red, green, blue, alpha]| [red, green, blue].map(|value| blend(value, alpha)))
}

/// Converts 16-bit samples in native byte order to 8-bit samples.
pub fn narrow(bytes: &mut [u8]) -> usize {
    shorten(bytes, |both: [u8; 2]| [u8::try_from((u32::from(u16::from_ne_bytes(both)) + 128) / 257).unwrap_or(u8::MAX)])
}

/// Converts greyscale to colour: copies the grey value to red, green and blue, and keeps the alpha value if there is one. A pixel has `N`
/// samples before and `M` = `N` + 2 after.
///
/// # Errors
/// Fails if the two buffers do not hold the same number of pixels.
pub fn color_greys<const N: usize, const M: usize>(greys: &[u8], colors: &mut [u8]) -> Result<(), String> {
    let ((greys, _), (colors, _)) = (greys.as_chunks::<N>(), colors.as_chunks_mut::<M>());
    if greys.len() != colors.len() || N == 0 || M != N + 2 {
        return Err("the buffers do not hold the same number of pixels".to_owned());
    }
    for (grey, color) in greys.iter().zip(colors) {
        color[..3].fill(grey[0]);
        color[3..].copy_from_slice(&grey[1..]);
    }
    Ok(())
}

/// Replaces each pixel of `N` bytes by one of `M` bytes, packed at the beginning of the buffer; returns the length of the result.
fn shorten<const N: usize, const M: usize>(bytes: &mut [u8], make: impl Fn([u8; N]) -> [u8; M]) -> usize {
    let pixels = bytes.len() / N;
    for at in 0..pixels {
        let mut pixel = [0; N];
        pixel.copy_from_slice(&bytes[at * N..at * N + N]);
        bytes[at * M..at * M + M].copy_from_slice(&make(pixel));
    }
    pixels * M
}

#[cfg(test)]
mod tests {
    use super::{color_greys, drop_alpha, lay_on_white, narrow};

    #[test]
    fn only_what_is_opaque_everywhere_loses_its_alpha() {
        let mut opaque = [1, 2, 3, 255, 4, 5, 6, 255];
        assert_eq!(drop_alpha(&mut opaque), Some(6));
        assert_eq!(opaque[..6], [1, 2, 3, 4, 5, 6]);
        let mut glass = [1, 2, 3, 255, 4, 5, 6, 254];
        assert_eq!(drop_alpha(&mut glass), None);
        assert_eq!(glass, [1, 2, 3, 255, 4, 5, 6, 254]);
    }

    #[test]
    fn white_shows_through() {
        let mut pixels = [10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128];
        assert_eq!(lay_on_white(&mut pixels), 9);
        assert_eq!(pixels[..9], [10, 20, 30, 255, 255, 255, 127, 177, 255]);
    }

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        let mut values: Vec<u8> = [0_u16, 128, 129, 257, 65_535, 65_406].into_iter().flat_map(u16::to_ne_bytes).collect();
        assert_eq!(narrow(&mut values), 6);
        assert_eq!(values[..6], [0, 0, 1, 1, 255, 254]);
    }

    #[test]
    fn greys_become_colors_and_stay_as_opaque() {
        let mut colors = [0; 6];
        color_greys::<1, 3>(&[7, 9], &mut colors).unwrap();
        assert_eq!(colors, [7, 7, 7, 9, 9, 9]);
        let mut colors = [0; 8];
        color_greys::<2, 4>(&[7, 100, 9, 255], &mut colors).unwrap();
        assert_eq!(colors, [7, 7, 7, 100, 9, 9, 9, 255]);
        assert!(color_greys::<1, 3>(&[7], &mut colors).is_err());
    }
}
