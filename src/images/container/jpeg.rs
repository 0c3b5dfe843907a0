//! JPEG (ITU-T T.81): segments that begin with a marker, and the coded pixels between them.

use super::reader::{ENDS, Reader};
use super::{Broken, Container, Mime, exif};

/// The maximum number of scans, more than any camera writes. Decoding one scan takes as long as decoding an image.
const MAX_SCANS: u32 = 64;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP13: u8 = 0xed;
const APP14: u8 = 0xee;

#[derive(Default)]
struct Jpeg {
    size: Option<(u32, u32)>,
    components: u64,
    /// The number of samples per hundred pixels, for all components together.
    samples: u64,
    progressive: bool,
    scans: u32,
    /// The length of the coded pixels in all scans, in bytes.
    coded: usize,
    breaks_off: bool,
    /// The height of a row, in blocks.
    row: u32,
    exif: Option<Vec<u8>>,
    iptc: Option<Vec<u8>>,
    body: Vec<u8>,
}

/// Parses a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Container, Broken> {
    let mut reader = Reader::new(bytes);
    reader.take(2)?;
    let mut jpeg = Jpeg::default();
    loop {
        match jpeg.step(&mut reader) {
            Ok(true) => return jpeg.finish(),
            Ok(false) => {}
            // The file is accepted here, because perhaps only its last bytes are missing. `examine` refuses it if rows are missing.
            Err(ENDS) if jpeg.coded > 0 => {
                jpeg.breaks_off = true;
                return jpeg.finish();
            }
            Err(broken) => return Err(broken),
        }
    }
}

/// Finds the next marker and skips the bytes before it.
fn marker(reader: &mut Reader<'_>) -> Result<u8, Broken> {
    loop {
        while reader.byte()? != 0xff {}
        let mut code = 0xff;
        while code == 0xff {
            code = reader.byte()?;
        }
        if code != 0 {
            return Ok(code);
        }
    }
}

impl Jpeg {
    /// Reads the next segment; returns whether it was the end.
    fn step(&mut self, reader: &mut Reader<'_>) -> Result<bool, Broken> {
        match marker(reader)? {
            EOI => return Ok(true),
            SOI => return Err(Broken("A second image begins inside the file.")),
            0x01 | 0xd0..=0xd7 => {}
            marker => self.segment(marker, reader)?,
        }
        Ok(false)
    }

    fn segment(&mut self, marker: u8, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let length = usize::from(reader.be16()?).checked_sub(2).ok_or(Broken("A segment has an invalid length."))?;
        let data = reader.take(length)?;
        match marker {
            SOS => self.scan(data, reader)?,
            // Quantization and Huffman tables.
            0xc4 | 0xdb => self.keep(marker, data),
            // The number of lines and the restart interval, two bytes each.
            0xdc | 0xdd => self.keep(marker, data.get(..2).unwrap_or(data)),
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => self.frame(marker, data)?,
            APP0 => self.keep_jfif(data),
            APP1 if self.exif.is_none() => self.exif = data.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec),
            APP13 if self.iptc.is_none() => self.iptc = data.strip_prefix(b"Photoshop 3.0\0").map(<[u8]>::to_vec),
            APP2 if data.starts_with(b"ICC_PROFILE\0") => self.keep(marker, data),
            // The colour transform, which decoders need.
            APP14 if data.starts_with(b"Adobe") => self.keep(marker, data.get(..12).unwrap_or(data)),
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, marker: u8, data: &[u8]) {
        let length = u16::try_from(data.len() + 2).unwrap_or(u16::MAX);
        self.body.extend_from_slice(&[0xff, marker]);
        self.body.extend_from_slice(&length.to_be_bytes());
        self.body.extend_from_slice(data);
    }

    /// Keeps the resolution without the thumbnail that may follow it.
    fn keep_jfif(&mut self, data: &[u8]) {
        if let Some(head) = data.get(..12).filter(|head| head.starts_with(b"JFIF\0")) {
            self.keep(APP0, &[head, &[0, 0]].concat());
        }
    }

    fn frame(&mut self, marker: u8, data: &[u8]) -> Result<(), Broken> {
        if self.size.is_some() {
            return Err(Broken("The file has two frame headers."));
        }
        let mut reader = Reader::new(data);
        reader.byte()?;
        let (height, width) = (reader.be16()?, reader.be16()?);
        self.size = Some((width.into(), height.into()));
        self.components = reader.byte()?.into();
        let (mut widest, mut highest, mut samples) = (1, 1, 0);
        for _ in 0..self.components {
            let [_, factors, _] = reader.array()?;
            let (across, down) = (u64::from(factors >> 4), u64::from(factors & 15));
            (widest, highest) = (across.max(widest), down.max(highest));
            samples += across * down;
        }
        self.samples = samples * 100 / (widest * highest);
        self.row = u32::try_from(highest).unwrap_or(1);
        self.progressive = matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
        self.keep(marker, data);
        Ok(())
    }

    fn scan(&mut self, data: &[u8], reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(Broken("The file has too many scans."));
        }
        self.keep(SOS, data);
        let coded = coded_length(reader.rest());
        self.coded += coded;
        self.body.extend_from_slice(reader.take(coded)?);
        Ok(())
    }

    fn finish(self) -> Result<Container, Broken> {
        let (width, height) = self.size.filter(|_| self.scans > 0).ok_or(Broken("The file contains no image."))?;
        let pixels = u64::from(width) * u64::from(height);
        // If there are several scans, decoding holds all coefficients, two bytes each.
        let coefficients = if self.progressive || self.scans > 1 { pixels * self.samples * 2 / 100 } else { 0 };
        let orientation = exif::orientation(self.exif.as_deref());
        let mut file = vec![0xff, SOI];
        if let Some(block) = exif::block(orientation) {
            file.extend_from_slice(&[0xff, APP1, 0, 34]);
            file.extend_from_slice(b"Exif\0\0");
            file.extend_from_slice(&block);
        }
        file.extend_from_slice(&self.body);
        file.extend_from_slice(&[0xff, EOI]);
        let memory = pixels * self.components.clamp(1, 4) + coefficients;
        Ok(Container {
            mime: Mime::Jpeg,
            width,
            height,
            frames: 1,
            pixels,
            memory,
            orientation,
            deflated_profile: false,
            breaks_off: self.breaks_off.then_some(self.row),
            plays: None,
            exif: self.exif,
            iptc: self.iptc,
            file,
        })
    }
}

/// The number of bytes of coded pixels before the next marker.
fn coded_length(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(found) = bytes.get(end..).and_then(|rest| memchr::memchr(0xff, rest)) {
        end += found;
        match bytes.get(end + 1) {
            // A stuffed byte or a restart marker is part of the pixels.
            Some(0 | 0xd0..=0xd7) => end += 2,
            Some(0xff) => end += 1,
            _ => return end,
        }
    }
    bytes.len()
}
