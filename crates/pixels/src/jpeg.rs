//! JPEG encoding.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Encodes opaque RGB pixels as a baseline JPEG with 4:2:0 chroma subsampling; `quality` is from 1 to 100.
///
/// # Errors
/// Fails if there are fewer bytes than the size requires, or if a side is longer than JPEG allows.
pub fn jpeg(bytes: &[u8], (width, height): (u32, u32), quality: u8) -> Result<Vec<u8>, String> {
    let side = |length: u32| u16::try_from(length).map_err(|error| error.to_string());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // With optimized tables the encoder writes each colour in a scan of its own, which some JPEG decoders handle incorrectly.
    encoder.set_optimized_huffman_tables(false);
    encoder.encode(bytes, side(width)?, side(height)?, ColorType::Rgb).map_err(|error| error.to_string())?;
    Ok(file)
}
