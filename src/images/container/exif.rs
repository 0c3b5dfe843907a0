//! Reads orientation, caption, credit and time from Exif, and writes the orientation.

use exif::{Field, In, Tag, Value};
use image::metadata::Orientation;

use super::EmbeddedMetadata;
use crate::db::Timestamp;

/// The maximum length of an Exif block that is parsed, in bytes.
const MAX_LENGTH: usize = 1024 * 1024;

/// The orientation to apply to the stored pixels.
pub(super) fn orientation(block: Option<&[u8]>) -> Orientation {
    block.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// An Exif block that contains only the orientation; `None` if there is nothing to apply.
pub(super) fn block(orientation: Orientation) -> Option<[u8; 26]> {
    let turn = orientation.to_exif();
    let block = [
        b'M', b'M', 0, 42, 0, 0, 0, 8, // the TIFF header and the offset of the entries
        0, 1, // one entry:
        0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, // orientation, one short
        0, 0, 0, 0, // no further entries
    ];
    (orientation != Orientation::NoTransforms).then_some(block)
}

/// Reads caption, credit and time from an Exif block.
pub(super) fn notes(block: &[u8]) -> EmbeddedMetadata {
    if block.len() > MAX_LENGTH {
        return EmbeddedMetadata::default();
    }
    let mut reader = exif::Reader::new();
    let read = reader.continue_on_error(true).read_raw(block.to_vec());
    let Ok(found) = read.or_else(|error| error.distill_partial_result(|_| ())) else { return EmbeddedMetadata::default() };
    let text = |tag: Tag| found.get_field(tag, In::PRIMARY).and_then(plain);
    EmbeddedMetadata {
        caption: text(Tag::ImageDescription),
        credit: text(Tag::Artist).or_else(|| text(Tag::Copyright)),
        taken_at: text(Tag::DateTimeOriginal).and_then(|time| moment(&time, text(Tag::OffsetTimeOriginal).as_deref())),
    }
}

/// Parses a time such as `2026:03:14 09:26:53` with an offset such as `+01:00`.
fn moment(time: &str, offset: Option<&str>) -> Option<Timestamp> {
    let (date, clock) = time.split_once(' ')?;
    let on = |offset: &str| Timestamp::parse(&format!("{}T{clock}{offset}", date.replace(':', "-")));
    offset.and_then(on).or_else(|| on("Z"))
}

/// The text of a field on one line; `None` if it is blank.
fn plain(field: &Field) -> Option<String> {
    let Value::Ascii(lines) = &field.value else { return None };
    one_line(&lines.iter().map(|line| decode(line)).collect::<Vec<_>>().join(" "))
}

/// Puts a text on one line and collapses white space; `None` if nothing is left.
pub(super) fn one_line(text: &str) -> Option<String> {
    let visible = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let words = text.chars().map(visible).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

/// Decodes UTF-8, which programs write although the standard requires ASCII, or else Latin-1, which old programs wrote.
pub(super) fn decode(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}
