//! Converts animations to animated WebP (RFC 9649). Each frame is scaled and encoded by itself, one frame in memory at a time.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::{LoopCount, Orientation};
use image::{AnimationDecoder, DynamicImage, Frame};

use super::super::container::{Mime, Riff};
use super::decode::{Pixels, Unreadable};
use super::encode::webp;
use super::ladder::{Cut, Original};
use super::render::{StoredRegion, scale, stored_region};

/// The maximum number of pixels in all frames of a rendition. Larger animations become stills, because a reader waits for the rendition.
const MAX_PIXELS: u64 = 60_000_000;
/// The maximum duration of a frame, in milliseconds.
const MAX_DURATION: u32 = 0x00ff_ffff;
/// The flags of a frame that is neither blended with the previous frame nor disposed of.
const REPLACES: u8 = 0b10;
/// The flags for a file with animation and alpha.
const MOVES_AND_SHOWS_THROUGH: u8 = 0x12;

/// Whether a rendition is animated and small enough to be made while a reader waits.
pub(super) fn is_moderate(frames: u32, width: u32, height: u32) -> bool {
    frames > 1 && u64::from(frames) * u64::from(width) * u64::from(height) <= MAX_PIXELS
}

/// Makes an animated rendition.
pub(super) fn render(original: &Original, file: &[u8], cut: Cut, plays: Option<u16>) -> Result<Vec<u8>, Unreadable> {
    let reader = Cursor::new(file);
    match original.mime {
        Mime::Gif => assemble(GifDecoder::new(reader).map_err(Unreadable::because)?, original, cut, plays),
        Mime::WebP => assemble(WebPDecoder::new(reader).map_err(Unreadable::because)?, original, cut, plays),
        Mime::Png => {
            let decoder = PngDecoder::new(reader).and_then(PngDecoder::apng).map_err(Unreadable::because)?;
            assemble(decoder, original, cut, plays)
        }
        Mime::Jpeg | Mime::Avif => Err(Unreadable::because("images of this type are never animated")),
    }
}

fn assemble<'a>(decoder: impl AnimationDecoder<'a>, original: &Original, cut: Cut, plays: Option<u16>) -> Result<Vec<u8>, Unreadable> {
    let (width, height) = original.size(cut);
    let part = stored_region(original, original.region(cut.preset), Orientation::NoTransforms);
    // APNG and WebP count plays, with 0 for forever.
    let plays = plays.unwrap_or_else(|| match decoder.loop_count() {
        LoopCount::Infinite => 0,
        LoopCount::Finite(count) => u16::try_from(count.get()).unwrap_or(u16::MAX),
    });
    let mut riff = Riff::new();
    riff.push(*b"VP8X", &[[MOVES_AND_SHOWS_THROUGH, 0, 0, 0].as_slice(), &u24_minus_one(width), &u24_minus_one(height)].concat());
    riff.push(*b"ANIM", &[[0; 4].as_slice(), &plays.to_le_bytes()].concat());
    let mut last: Option<Still> = None;
    for frame in decoder.into_frames() {
        let still = Still::of(frame.map_err(Unreadable::because)?, original, part, (width, height))?;
        match &mut last {
            // A repeated frame only extends the previous one.
            Some(last) if last.encoded == still.encoded => last.stands = last.stands.saturating_add(still.stands).min(MAX_DURATION),
            _ => {
                if let Some(last) = last.replace(still) {
                    last.write(&mut riff, width, height);
                }
            }
        }
    }
    last.ok_or_else(|| Unreadable::because("the animation has no frames"))?.write(&mut riff, width, height);
    Ok(riff.finish())
}

/// A frame and its duration, in milliseconds.
struct Still {
    encoded: Vec<u8>,
    stands: u32,
}

impl Still {
    fn of(frame: Frame, original: &Original, part: StoredRegion, wanted: (u32, u32)) -> Result<Self, Unreadable> {
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let mut pixels = Pixels::of(DynamicImage::from(frame.into_buffer())).without_needless_alpha();
        let scaled = scale(&mut pixels, (original.width, original.height), part, wanted)?;
        Ok(Self { encoded: webp(scaled)?, stands: (numerator / denominator.max(1)).min(MAX_DURATION) })
    }

    fn write(&self, riff: &mut Riff, width: u32, height: u32) {
        let [low, middle, high, _] = self.stands.to_le_bytes();
        let head = [[0; 6].as_slice(), &u24_minus_one(width), &u24_minus_one(height), &[low, middle, high, REPLACES]].concat();
        riff.push(*b"ANMF", &[head, Riff::pictures_in(&self.encoded)].concat());
    }
}

/// A length as WebP stores it: minus one, in three bytes, little-endian.
fn u24_minus_one(length: u32) -> [u8; 3] {
    let [low, middle, high, _] = length.saturating_sub(1).to_le_bytes();
    [low, middle, high]
}
