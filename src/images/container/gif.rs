//! GIF (87a and 89a): a screen descriptor and blocks, whose data is split into sub-blocks of up to 255 bytes and ends with an empty one.

use image::metadata::Orientation;

use super::reader::Reader;
use super::{Broken, Container, Mime};

const EXTENSION: u8 = 0x21;
const PICTURE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// Application extensions that are kept: the repeat count and the colour profile.
const REPEATS: &[&[u8]] = &[b"NETSCAPE2.0", b"ANIMEXTS1.0"];
const PROFILE: &[u8] = b"ICCRGBG1012";
/// The maximum length of an extension with the repeat count, in bytes.
const MAX_REPEAT_LENGTH: usize = 32;

#[derive(Default)]
struct Gif {
    canvas: u64,
    frames: u32,
    pixels: u64,
    largest: u64,
    /// The number of repetitions after the first play, 0 for forever; `None` if the file does not state it.
    repeats: Option<u16>,
    file: Vec<u8>,
}

/// Parses a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Container, Broken> {
    let mut reader = Reader::new(bytes);
    let mut gif = Gif::default();
    reader.take(6)?;
    let (width, height) = (reader.le16()?, reader.le16()?);
    let [packed, _, _] = reader.array()?;
    reader.take(table_length(packed))?;
    gif.canvas = u64::from(width) * u64::from(height);
    gif.keep(bytes, reader);
    loop {
        let begins = reader.rest();
        match reader.byte()? {
            TRAILER => {
                gif.file.push(TRAILER);
                return Ok(gif.finish(width.into(), height.into()));
            }
            EXTENSION => {
                if extension_matters(&mut reader)? {
                    gif.repeats = repeats_in(begins).or(gif.repeats);
                    gif.keep(begins, reader);
                }
            }
            PICTURE => {
                gif.frame(&mut reader)?;
                gif.keep(begins, reader);
            }
            // Some programs pad with zeros between blocks.
            0 => {}
            _ => return Err(Broken("The file has a block of an unknown type.")),
        }
    }
}

impl Gif {
    /// Keeps the bytes read since `begins`.
    fn keep(&mut self, begins: &[u8], now: Reader<'_>) {
        let read = begins.len() - now.rest().len();
        self.file.extend_from_slice(begins.get(..read).unwrap_or_default());
    }

    fn frame(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        reader.take(4)?;
        let (width, height) = (reader.le16()?, reader.le16()?);
        let packed = reader.byte()?;
        reader.take(table_length(packed))?;
        reader.byte()?;
        skip_pieces(reader)?;
        let pixels = u64::from(width) * u64::from(height);
        self.frames = self.frames.saturating_add(1);
        self.pixels += pixels.max(self.canvas);
        self.largest = self.largest.max(pixels);
        Ok(())
    }

    /// The number of plays, 0 for forever. GIF counts repetitions, and browsers play a file without a count once.
    fn plays(&self) -> u16 {
        match self.repeats {
            None => 1,
            Some(0) => 0,
            Some(repeats) => repeats.saturating_add(1),
        }
    }

    fn finish(self, width: u32, height: u32) -> Container {
        // Decoding an animation holds the canvas, the frame, and their combination.
        let canvases = if self.frames > 1 { 2 } else { 1 };
        let memory = (self.canvas * canvases + self.largest) * 4;
        Container {
            mime: Mime::Gif,
            width,
            height,
            frames: self.frames,
            pixels: self.pixels,
            memory,
            orientation: Orientation::NoTransforms,
            deflated_profile: false,
            breaks_off: None,
            plays: Some(self.plays()),
            exif: None,
            iptc: None,
            file: self.file,
        }
    }
}

/// The length of a colour table in bytes, from the preceding flags.
fn table_length(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// Skips an extension; returns whether the image needs it.
fn extension_matters(reader: &mut Reader<'_>) -> Result<bool, Broken> {
    let label = reader.byte()?;
    let data = reader.rest();
    let name = data.get(1..12).unwrap_or_default();
    skip_pieces(reader)?;
    let length = data.len() - reader.rest().len();
    Ok(match label {
        CONTROL => true,
        APPLICATION => name == PROFILE || (REPEATS.contains(&name) && length <= MAX_REPEAT_LENGTH),
        _ => false,
    })
}

/// The repeat count, if an extension holds one: its label, its name of eleven bytes, and a sub-block with a 1 and two bytes.
fn repeats_in(extension: &[u8]) -> Option<u16> {
    let (name, piece) = extension.strip_prefix(&[EXTENSION, APPLICATION, 11])?.split_at_checked(11)?;
    match piece {
        [3, 1, low, high, ..] if REPEATS.contains(&name) => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}

fn skip_pieces(reader: &mut Reader<'_>) -> Result<(), Broken> {
    loop {
        match reader.byte()? {
            0 => return Ok(()),
            length => reader.take(length.into())?,
        };
    }
}
