//! WebP (RFC 9649): a RIFF file of chunks, each with a name, a length, and data padded to an even number of bytes.

use super::reader::Reader;
use super::{Broken, Container, Mime, exif};

const HAS_PROFILE: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const MOVES: u8 = 0x02;

const CONTRADICTS: Broken = Broken("The parts of the file state different sizes.");

#[derive(Default)]
struct WebP {
    flags: Option<u8>,
    size: (u32, u32),
    frames: u32,
    pixels: u64,
    drawn: bool,
    exif: Option<Vec<u8>>,
    body: Vec<u8>,
}

/// Parses a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Container, Broken> {
    let mut reader = Reader::new(bytes);
    reader.take(4)?;
    let length = Reader::length(reader.le32()?)?;
    let mut inside = Reader::new(reader.take(length)?);
    inside.take(4)?;
    let mut webp = WebP::default();
    while !inside.rest().is_empty() {
        let (name, data) = next_chunk(&mut inside)?;
        webp.chunk(name, data)?;
        // A simple file contains only its single image; any further chunks do not belong to it.
        if webp.flags.is_none() {
            break;
        }
    }
    webp.finish()
}

fn next_chunk<'a>(reader: &mut Reader<'a>) -> Result<([u8; 4], &'a [u8]), Broken> {
    let name = reader.array()?;
    let length = Reader::length(reader.le32()?)?;
    let data = reader.take(length)?;
    if length % 2 == 1 && !reader.rest().is_empty() {
        reader.byte()?;
    }
    Ok((name, data))
}

impl WebP {
    fn chunk(&mut self, name: [u8; 4], data: &[u8]) -> Result<(), Broken> {
        let moves = self.flags.is_some_and(|flags| flags & MOVES != 0);
        match &name {
            b"VP8X" if self.flags.is_none() && !self.drawn => {
                let mut reader = Reader::new(data);
                self.flags = Some(reader.byte()?);
                reader.take(3)?;
                self.size = (reader.le24()? + 1, reader.le24()? + 1);
            }
            b"VP8 " | b"VP8L" if !moves && !self.drawn => {
                let size = bitstream_size(name, data)?;
                if self.flags.is_some() && size != self.size {
                    return Err(CONTRADICTS);
                }
                (self.size, self.drawn, self.frames) = (size, true, 1);
                self.pixels = area(size);
                push(&mut self.body, name, data);
            }
            b"ANMF" if moves => self.frame(data)?,
            // The background colour and the loop count.
            b"ANIM" if moves => push(&mut self.body, name, data.get(..6).unwrap_or(data)),
            b"ICCP" => push(&mut self.body, name, data),
            b"ALPH" if !moves && !self.drawn => push(&mut self.body, name, data),
            b"EXIF" if self.exif.is_none() => {
                self.exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data).to_vec());
            }
            _ if self.flags.is_none() => return Err(Broken("The file does not begin with an image.")),
            _ => {}
        }
        Ok(())
    }

    fn frame(&mut self, data: &[u8]) -> Result<(), Broken> {
        let mut reader = Reader::new(data);
        let head = reader.take(16)?;
        let mut numbers = Reader::new(head.get(6..).unwrap_or_default());
        let size = (numbers.le24()? + 1, numbers.le24()? + 1);
        let mut kept = head.to_vec();
        let mut drawn = false;
        while !reader.rest().is_empty() {
            let (name, data) = next_chunk(&mut reader)?;
            match &name {
                b"ALPH" if !drawn => push(&mut kept, name, data),
                b"VP8 " | b"VP8L" if !drawn => {
                    if bitstream_size(name, data)? != size {
                        return Err(CONTRADICTS);
                    }
                    drawn = true;
                    push(&mut kept, name, data);
                }
                _ => {}
            }
        }
        if !drawn {
            return Err(Broken("A frame contains no image."));
        }
        self.frames = self.frames.saturating_add(1);
        self.pixels += area(size).max(area(self.size));
        self.drawn = true;
        push(&mut self.body, *b"ANMF", &kept);
        Ok(())
    }

    fn finish(self) -> Result<Container, Broken> {
        if !self.drawn {
            return Err(Broken("The file contains no image."));
        }
        let (width, height) = self.size;
        let orientation = exif::orientation(self.exif.as_deref());
        let block = exif::block(orientation);
        let mut inside = b"WEBP".to_vec();
        if let Some(flags) = self.flags {
            let told = if block.is_some() { HAS_EXIF } else { 0 };
            let flags = flags & (HAS_PROFILE | HAS_ALPHA | MOVES) | told;
            let (across, down) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
            push(&mut inside, *b"VP8X", &[&[flags, 0, 0, 0], &across[..3], &down[..3]].concat());
        }
        inside.extend_from_slice(&self.body);
        if let Some(block) = block.filter(|_| self.flags.is_some()) {
            push(&mut inside, *b"EXIF", &block);
        }
        let mut file = Vec::new();
        push(&mut file, *b"RIFF", &inside);
        // The decoded image and the intermediate buffers: planes for brightness and chroma, alpha, the previous frame.
        let memory = area(self.size) * if self.frames > 1 { 16 } else { 7 };
        Ok(Container {
            mime: Mime::WebP,
            width,
            height,
            frames: self.frames,
            pixels: self.pixels,
            memory,
            orientation,
            deflated_profile: false,
            breaks_off: None,
            plays: None,
            exif: self.exif,
            iptc: None,
            file,
        })
    }
}

/// Writes a RIFF file of chunks.
pub(in crate::images) struct Riff(Vec<u8>);

impl Riff {
    /// Starts an empty file.
    pub(in crate::images) fn new() -> Self {
        Self(b"WEBP".to_vec())
    }

    /// Appends a chunk.
    pub(in crate::images) fn push(&mut self, name: [u8; 4], data: &[u8]) {
        push(&mut self.0, name, data);
    }

    /// The bytes of the file.
    pub(in crate::images) fn finish(self) -> Vec<u8> {
        let mut file = Vec::new();
        push(&mut file, *b"RIFF", &self.0);
        file
    }

    /// The chunks of a still file that hold its pixels, as an animation frame needs them.
    pub(in crate::images) fn pictures_in(file: &[u8]) -> Vec<u8> {
        let mut pictures = Vec::new();
        let mut reader = Reader::new(file.get(12..).unwrap_or_default());
        while let Ok((name, data)) = next_chunk(&mut reader) {
            if matches!(&name, b"ALPH" | b"VP8 " | b"VP8L") {
                push(&mut pictures, name, data);
            }
        }
        pictures
    }
}

fn push(into: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    into.extend_from_slice(&name);
    into.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(data);
    if data.len() % 2 == 1 {
        into.push(0);
    }
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// The size stored in the coded pixels.
fn bitstream_size(name: [u8; 4], data: &[u8]) -> Result<(u32, u32), Broken> {
    let mut reader = Reader::new(data);
    if name == *b"VP8L" {
        if reader.byte()? != 0x2f {
            return Err(Broken("The pixels are not coded as WebP."));
        }
        let bits = reader.le32()?;
        return Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1));
    }
    reader.take(3)?;
    if reader.array()? != [0x9d, 0x01, 0x2a] {
        return Err(Broken("The pixels are not coded as WebP."));
    }
    Ok((u32::from(reader.le16()? & 0x3fff), u32::from(reader.le16()? & 0x3fff)))
}
