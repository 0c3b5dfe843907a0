//! The bytes of a JPEG.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Encodes opaque pixels as a baseline JPEG, colours at half the size; the quality is from 1 to 100.
///
/// # Errors
/// Where there are fewer bytes than the size says, or a side is longer than such a file can have.
pub fn jpeg(bytes: &[u8], (width, height): (u32, u32), quality: u8) -> Result<Vec<u8>, String> {
    let side = |length: u32| u16::try_from(length).map_err(|error| error.to_string());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // With tables of its own it would write each colour by itself, which not every decoder of JPEGs puts together rightly.
    encoder.set_optimized_huffman_tables(false);
    encoder.encode(bytes, side(width)?, side(height)?, ColorType::Rgb).map_err(|error| error.to_string())?;
    Ok(file)
}
