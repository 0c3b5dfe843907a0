//! AV1 streams (AV1 Bitstream & Decoding Process Specification): keeps the units that code pixels, and reads the colour description.

use super::Broken;
use super::reader::Reader;

/// The unit type of a sequence header.
const SEQUENCE: u8 = 1;

/// Keeps the units that code pixels (section 5.3); other units could hold anything.
pub(super) fn pixels(stream: &[u8]) -> Result<Vec<u8>, Broken> {
    let kept: Vec<u8> = units(stream)?
        .into_iter()
        .filter(|unit| matches!(unit.kind, SEQUENCE | 3 | 4 | 6 | 7))
        .flat_map(|unit| unit.whole)
        .copied()
        .collect();
    if kept.is_empty() { Err(Broken("The file contains no pixels.")) } else { Ok(kept) }
}

/// The colour primaries, transfer characteristics and matrix coefficients (ITU-T H.273), and whether samples use the full range (section
/// 5.5); `None` if the header is damaged, or has timing information or display delays, as only videos have.
pub(super) fn codes_of(stream: &[u8]) -> Option<([u16; 3], bool)> {
    let units = units(stream).ok()?;
    let mut bits = Bits { bytes: units.iter().find(|unit| unit.kind == SEQUENCE)?.content, at: 0 };
    let profile = bits.take(3)?;
    bits.take(1)?;
    let still = bits.flag()?;
    if still {
        bits.take(5)?;
    } else {
        operating_points(&mut bits)?;
    }
    let (across, down) = (bits.take(4)? + 1, bits.take(4)? + 1);
    bits.take(across)?;
    bits.take(down)?;
    if !still && bits.flag()? {
        bits.take(7)?;
    }
    bits.take(3)?;
    if !still {
        tools(&mut bits)?;
    }
    bits.take(3)?;
    let deep = bits.flag()?;
    if profile == 2 && deep {
        bits.take(1)?;
    }
    let grey = profile != 1 && bits.flag()?;
    let mut codes = [2; 3];
    if bits.flag()? {
        for code in &mut codes {
            *code = u16::try_from(bits.take(8)?).ok()?;
        }
    }
    Some((codes, (!grey && codes == [1, 13, 0]) || bits.flag()?))
}

fn operating_points(bits: &mut Bits<'_>) -> Option<()> {
    // Timing information and initial display delays occur only in videos.
    if bits.flag()? || bits.flag()? {
        return None;
    }
    for _ in 0..=bits.take(5)? {
        bits.take(12)?;
        if bits.take(5)? > 7 {
            bits.take(1)?;
        }
    }
    Some(())
}

fn tools(bits: &mut Bits<'_>) -> Option<()> {
    bits.take(4)?;
    let ordered = bits.flag()?;
    if ordered {
        bits.take(2)?;
    }
    let screen = bits.flag()? || bits.flag()?;
    if screen && !bits.flag()? {
        bits.take(1)?;
    }
    if ordered {
        bits.take(3)?;
    }
    Some(())
}

/// A unit of a stream (OBU).
struct Unit<'a> {
    kind: u8,
    whole: &'a [u8],
    content: &'a [u8],
}

fn units(stream: &[u8]) -> Result<Vec<Unit<'_>>, Broken> {
    let (mut reader, mut units) = (Reader::new(stream), Vec::new());
    while !reader.rest().is_empty() {
        let before = reader.rest();
        let head = reader.byte()?;
        if head & 0b100 != 0 {
            reader.byte()?;
        }
        let length = if head & 0b10 == 0 { reader.rest().len() } else { leb128(&mut reader)? };
        let content = reader.take(length)?;
        let whole = before.get(..before.len() - reader.rest().len()).unwrap_or_default();
        units.push(Unit { kind: head >> 3 & 15, whole, content });
    }
    Ok(units)
}

fn leb128(reader: &mut Reader<'_>) -> Result<usize, Broken> {
    let mut value = 0_u64;
    for place in 0..8 {
        let byte = reader.byte()?;
        value |= u64::from(byte & 0x7f) << (place * 7);
        if byte & 0x80 == 0 {
            return usize::try_from(value).map_err(|_| Broken("A length is too large."));
        }
    }
    Err(Broken("A length is not terminated."))
}

/// Reads bits, the most significant bit first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }
}
