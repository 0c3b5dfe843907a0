//! AVIF (AV1 Image File Format, based on ISO/IEC 23008-12): items of coded pixels and their properties, located through tables.

use image::metadata::Orientation;

use super::av1::{codes_of, pixels};
use super::boxes::{Kind, Property, Tables};
use super::reader::Reader;
use super::{Broken, Container, Mime};

/// The memory for decoding a pixel, in bytes: three samples of two bytes, the opacity, and the converted pixel.
const MEMORY_OF_A_PIXEL: u64 = 12;

const GRID: Broken = Broken("The image is a grid of several images, which is not supported.");

/// The coded pixels of a file, and the data to display them.
#[derive(Debug, Default)]
pub(in crate::images) struct Coded {
    /// The stored width in pixels.
    pub(in crate::images) width: u32,
    /// The stored height in pixels.
    pub(in crate::images) height: u32,
    /// The colours, coded in AV1.
    pub(in crate::images) color: Vec<u8>,
    /// The opacity, coded in AV1, if there is any.
    pub(in crate::images) alpha: Option<Vec<u8>>,
    /// Whether the colours are premultiplied by the opacity.
    pub(in crate::images) premultiplied: bool,
    /// The ICC colour profile.
    pub(in crate::images) profile: Option<Vec<u8>>,
    /// The colour primaries, transfer characteristics and matrix coefficients (ITU-T H.273), and whether samples use the full range.
    pub(in crate::images) nclx: Option<([u16; 3], bool)>,
    orientation: Option<Orientation>,
    exif: Option<Vec<u8>>,
    color_properties: Vec<Property>,
    alpha_properties: Vec<Property>,
}

/// Whether the first box of a file declares an AVIF image.
pub(super) fn is_announced(bytes: &[u8]) -> bool {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or_default();
    let Some(brands) = rest.get(4..size.saturating_sub(4)).filter(|_| rest.starts_with(b"ftyp")) else { return false };
    let (brands, _) = brands.as_chunks::<4>();
    let (major, compatible) = (brands.first(), brands.get(2..).unwrap_or_default());
    major == Some(b"avif") || (major != Some(b"avis") && compatible.contains(b"avif"))
}

/// Parses a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Container, Broken> {
    let coded = Coded::of(bytes)?;
    let pixels = u64::from(coded.width) * u64::from(coded.height);
    let file = coded.file();
    Ok(Container {
        mime: Mime::Avif,
        width: coded.width,
        height: coded.height,
        frames: 1,
        pixels,
        memory: pixels * MEMORY_OF_A_PIXEL,
        orientation: coded.orientation.unwrap_or(Orientation::NoTransforms),
        deflated_profile: false,
        breaks_off: None,
        plays: None,
        exif: coded.exif,
        iptc: None,
        file,
    })
}

impl Coded {
    /// Parses a file.
    pub(in crate::images) fn of(file: &[u8]) -> Result<Self, Broken> {
        let (tables, primary) = Tables::of(file)?;
        match tables.kind(primary) {
            Some([b'a', b'v', b'0', b'1']) => {}
            Some([b'g', b'r', b'i', b'd']) => return Err(GRID),
            _ => return Err(Broken("The file contains no image.")),
        }
        let properties = tables.properties(primary)?;
        let mut coded = Self { color: pixels(&tables.content(primary)?)?, exif: tables.exif(), ..Self::default() };
        let mut size = Reader::new(property(&properties, *b"ispe").ok_or(Broken("The file does not state the size of the image."))?);
        size.be32()?;
        (coded.width, coded.height) = (size.be32()?, size.be32()?);
        let turn = property(&properties, *b"irot").and_then(|content| content.first()).map(|turn| turn & 3);
        let mirror = property(&properties, *b"imir").and_then(|content| content.first()).map(|axis| axis & 1);
        coded.orientation = orientation(turn.unwrap_or(0), mirror);
        coded.nclx = codes_of(&coded.color);
        for (_, content) in properties.iter().filter(|(kind, _)| kind == b"colr") {
            let mut reader = Reader::new(content);
            if reader.array::<4>()? == *b"nclx" {
                coded.nclx = Some(([reader.be16()?, reader.be16()?, reader.be16()?], reader.byte()? >> 7 == 1));
            } else {
                coded.profile = Some(reader.rest().to_vec());
            }
        }
        if let Some((alpha, properties)) = tables.alpha_of(primary)? {
            coded.alpha = Some(pixels(&tables.content(alpha)?)?);
            coded.premultiplied = tables.references.contains(&(*b"prem", primary, alpha));
            coded.alpha_properties = properties;
        }
        coded.color_properties = properties.into_iter().filter(|(kind, _)| kind != b"auxC").collect();
        Ok(coded)
    }

    /// Writes a file that contains only these pixels and properties.
    fn file(&self) -> Vec<u8> {
        let head = boxed(*b"ftyp", &[b"avif\0\0\0\0avifmif1miaf"]);
        let before = head.len() + self.meta(0).len() + 8;
        let alpha = self.alpha.as_deref().unwrap_or_default();
        [head, self.meta(before), boxed(*b"mdat", &[&self.color, alpha])].concat()
    }

    fn meta(&self, before: usize) -> Vec<u8> {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
        let mut lengths = vec![self.color.len()];
        lengths.extend(self.alpha.as_ref().map(Vec::len));
        let (mut entries, mut places, mut from) = (Vec::new(), Vec::new(), before);
        for (id, length) in (1_u8..).zip(&lengths) {
            entries.extend(boxed(*b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0], b"av01\0"]));
            places.extend([[0, id, 0, 0].as_slice(), &[0, 1], &number(from), &number(*length)].concat());
            from += length;
        }
        let count = u8::try_from(lengths.len()).unwrap_or(u8::MAX);
        let (mut properties, mut associations, mut next) = (Vec::new(), vec![0, 0, 0, 0, 0, 0, 0, count], 0);
        for (id, own) in (1_u8..=count).zip([&self.color_properties, &self.alpha_properties]) {
            associations.extend([0, id, u8::try_from(own.len()).unwrap_or(u8::MAX)]);
            for (kind, content) in own {
                next += 1;
                let essential = matches!(kind, b"av1C" | b"irot" | b"imir");
                associations.push(next | if essential { 0x80 } else { 0 });
                properties.extend(boxed(*kind, &[content]));
            }
        }
        let mut references = boxed(*b"auxl", &[&[0, 2, 0, 1, 0, 1]]);
        if self.premultiplied {
            references.extend(boxed(*b"prem", &[&[0, 1, 0, 1, 0, 2]]));
        }
        let references = if count > 1 { boxed(*b"iref", &[&[0; 4], &references]) } else { Vec::new() };
        let properties = [boxed(*b"ipco", &[&properties]), boxed(*b"ipma", &[&associations])].concat();
        boxed(
            *b"meta",
            &[
                &[0; 4],
                &boxed(*b"hdlr", &[&[0; 8], b"pict", &[0; 13]]),
                &boxed(*b"pitm", &[&[0, 0, 0, 0, 0, 1]]),
                &boxed(*b"iloc", &[&[0, 0, 0, 0, 0x44, 0, 0, count], &places]),
                &boxed(*b"iinf", &[&[0, 0, 0, 0, 0, count], &entries]),
                &references,
                &boxed(*b"iprp", &[&properties]),
            ],
        )
    }
}

fn boxed(kind: Kind, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let size = u32::try_from(content.len() + 8).unwrap_or(u32::MAX).to_be_bytes();
    [size.as_slice(), &kind, &content].concat()
}

fn property(properties: &[Property], kind: Kind) -> Option<&[u8]> {
    properties.iter().find(|(one, _)| *one == kind).map(|(_, content)| content.as_slice())
}

/// Returns the orientation for a rotation to the left by `turn` quarters, followed by a mirroring. The mirroring 0 swaps top and
/// bottom; 1 swaps left and right.
fn orientation(turn: u8, mirror: Option<u8>) -> Option<Orientation> {
    let exif = match (turn, mirror) {
        (0, None) => 1,
        (0, Some(0)) | (2, Some(1)) => 4,
        (0, Some(_)) | (2, Some(0)) => 2,
        (1, None) => 8,
        (1, Some(0)) | (3, Some(1)) => 5,
        (1 | 3, Some(_)) => 7,
        (2, _) => 3,
        _ => 6,
    };
    Orientation::from_exif(exif)
}
