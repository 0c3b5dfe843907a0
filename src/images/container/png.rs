//! PNG (third edition, with APNG): a signature, then chunks of a length, a name, data and a checksum.

use super::reader::Reader;
use super::{Broken, Container, Mime, exif};

/// The chunks that pixels, colours and frames need.
const KEPT: &[&[u8; 4]] = &[
    b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL",
    b"fdAT",
];
/// The maximum length of a compressed colour profile, in bytes; larger ones are dropped.
const MAX_PROFILE_SIZE: usize = 1024 * 1024;

#[derive(Default)]
struct Png<'a> {
    head: &'a [u8],
    size: (u32, u32),
    /// The size of a decoded pixel, in bytes.
    depth: u64,
    announced_frames: Option<u32>,
    frames: u32,
    profile: bool,
    exif: Option<Vec<u8>>,
    body: Vec<u8>,
}

/// Parses a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Container, Broken> {
    let mut reader = Reader::new(bytes);
    let signature = reader.take(8)?;
    let mut png = Png::default();
    loop {
        let whole = reader.rest();
        let length = Reader::length(reader.be32()?)?;
        let name: [u8; 4] = reader.array()?;
        let data = reader.take(length)?;
        reader.take(4)?;
        let whole = whole.get(..length + 12).unwrap_or_default();
        match &name {
            b"IHDR" if png.head.is_empty() => png.begin(whole, data)?,
            _ if png.head.is_empty() => return Err(Broken("The file does not begin with an IHDR chunk.")),
            b"IEND" => {
                png.body.extend_from_slice(whole);
                return Ok(png.finish(signature));
            }
            _ => png.chunk(name, data, whole)?,
        }
    }
}

impl<'a> Png<'a> {
    fn begin(&mut self, whole: &'a [u8], data: &[u8]) -> Result<(), Broken> {
        let mut reader = Reader::new(data);
        self.size = (reader.be32()?, reader.be32()?);
        let [bits, color] = reader.array()?;
        // Colour types: grey, RGB, palette (which may gain transparency), grey with alpha, RGB with alpha.
        let samples = if matches!(color, 0 | 4) { 2 } else { 4 };
        self.depth = if bits == 16 { samples * 2 } else { samples };
        self.head = whole;
        Ok(())
    }

    fn chunk(&mut self, name: [u8; 4], data: &[u8], whole: &[u8]) -> Result<(), Broken> {
        match &name {
            b"eXIf" if self.exif.is_none() => self.exif = Some(data.to_vec()),
            b"acTL" => self.announced_frames = Some(Reader::new(data).be32()?),
            b"fcTL" => self.frames += 1,
            _ => {}
        }
        let is_profile = name == *b"iCCP";
        if KEPT.contains(&&name) && !(is_profile && data.len() > MAX_PROFILE_SIZE) {
            self.profile |= is_profile;
            self.body.extend_from_slice(whole);
        }
        Ok(())
    }

    fn finish(self, signature: &[u8]) -> Container {
        let (width, height) = self.size;
        let canvas = u64::from(width) * u64::from(height);
        let frames = self.announced_frames.map_or(1, |announced| announced.max(self.frames).max(1));
        // Decoding an animation holds the previous frame, the canvas and the next frame.
        let memory = if frames > 1 { canvas.saturating_mul(12) } else { canvas.saturating_mul(self.depth) };
        let orientation = exif::orientation(self.exif.as_deref());
        let turned = exif::block(orientation).map(|block| chunk(*b"eXIf", &block)).unwrap_or_default();
        let file = [signature, self.head, &turned, &self.body].concat();
        Container {
            mime: Mime::Png,
            width,
            height,
            frames,
            pixels: canvas.saturating_mul(frames.into()),
            memory,
            orientation,
            deflated_profile: self.profile,
            breaks_off: None,
            plays: None,
            exif: self.exif,
            iptc: None,
            file,
        }
    }
}

/// Writes a chunk with its length and checksum.
pub(in crate::images) fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap_or_default();
    [length.to_be_bytes().as_slice(), &named, &checksum(&named).to_be_bytes()].concat()
}

/// CRC-32 as defined in annex D of the standard.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}
