//! Drawing: filling and mixing runs of RGB pixels, and reducing an image that was drawn larger.

/// Draws a colour over a run of RGB pixels with an opacity from 0 (nothing changes) to 255 (the colour replaces the pixels).
pub fn blend(pixels: &mut [u8], colour: [u8; 3], opacity: u8) {
    let (above, below) = (u32::from(opacity), 255 - u32::from(opacity));
    let shares = colour.map(|channel| u32::from(channel) * above);
    for pixel in pixels.chunks_exact_mut(3) {
        for (channel, share) in pixel.iter_mut().zip(shares) {
            *channel = byte((u32::from(*channel) * below + share) / 255);
        }
    }
}

/// Reduces RGB pixels in rows of `width` to half the width and half the height: each pixel is the mean of four. If the width is
/// odd, the last column is left out; if the height is odd, the last row is left out. Unlike [`scale`](crate::scale()), this
/// function uses only integers, so that every machine gets the same pixels.
#[must_use]
pub fn halve(pixels: &[u8], width: usize) -> Vec<u8> {
    let mut halved = Vec::with_capacity(pixels.len() / 4);
    for rows in pixels.chunks_exact((width * 6).max(1)) {
        let (upper, lower) = rows.split_at(width * 3);
        for (upper, lower) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for channel in 0..3 {
                let sum = [upper[channel], upper[channel + 3], lower[channel], lower[channel + 3]].into_iter().map(u32::from).sum::<u32>();
                halved.push(byte((sum + 2) / 4));
            }
        }
    }
    halved
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_covers_by_its_opacity() {
        let over = |opacity| {
            let mut pixels = [0, 100, 200, 10, 20, 30, 7];
            blend(&mut pixels, [255, 0, 100], opacity);
            pixels
        };
        assert_eq!(over(0), [0, 100, 200, 10, 20, 30, 7]);
        assert_eq!(over(255), [255, 0, 100, 255, 0, 100, 7]);
        assert_eq!(over(51), [51, 80, 180, 59, 16, 44, 7]);
    }

    #[test]
    fn four_pixels_become_their_mean() {
        let wide = [0, 0, 0, 4, 4, 4, 9, 9, 9, 8, 8, 8, 12, 12, 12, 9, 9, 9];
        assert_eq!(halve(&wide, 3), [6, 6, 6]);
        assert_eq!(halve(&[1; 24], 4), [1; 6]);
        assert_eq!(halve(&[], 0), []);
    }
}
