//! The little of Exif that matters here: how a picture must be turned, and who made it.

use exif::{Field, In, Tag, Value};
use image::metadata::Orientation;

use super::Notes;
use crate::db::Timestamp;

/// The longest block of Exif that is read.
const LONGEST: usize = 1024 * 1024;

/// How the stored pixels must be turned to be seen.
pub(super) fn orientation(block: Option<&[u8]>) -> Orientation {
    block.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// A block that says nothing but the orientation; none where there is nothing to say.
pub(super) fn block(orientation: Orientation) -> Option<[u8; 26]> {
    let turn = orientation.to_exif();
    let block = [
        b'M', b'M', 0, 42, 0, 0, 0, 8, // a TIFF header, and where the entries begin
        0, 1, // one entry:
        0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, // orientation, one short
        0, 0, 0, 0, // and nothing more
    ];
    (orientation != Orientation::NoTransforms).then_some(block)
}

/// What a block of Exif says of the picture.
pub(super) fn notes(block: &[u8]) -> Notes {
    if block.len() > LONGEST {
        return Notes::default();
    }
    let mut reader = exif::Reader::new();
    let read = reader.continue_on_error(true).read_raw(block.to_vec());
    let Ok(found) = read.or_else(|error| error.distill_partial_result(|_| ())) else { return Notes::default() };
    let text = |tag: Tag| found.get_field(tag, In::PRIMARY).and_then(plain);
    Notes {
        caption: text(Tag::ImageDescription),
        credit: text(Tag::Artist).or_else(|| text(Tag::Copyright)),
        taken_at: text(Tag::DateTimeOriginal).and_then(|time| moment(&time, text(Tag::OffsetTimeOriginal).as_deref())),
    }
}

/// A time such as `2026:03:14 09:26:53`, and an offset such as `+01:00`.
fn moment(time: &str, offset: Option<&str>) -> Option<Timestamp> {
    let (date, clock) = time.split_once(' ')?;
    let on = |offset: &str| Timestamp::parse(&format!("{}T{clock}{offset}", date.replace(':', "-")));
    offset.and_then(on).or_else(|| on("Z"))
}

/// A text on one line; none where it is blank.
fn plain(field: &Field) -> Option<String> {
    let Value::Ascii(lines) = &field.value else { return None };
    one_line(&lines.iter().map(|line| decode(line)).collect::<Vec<_>>().join(" "))
}

/// A text without line ends and the like; none where nothing is left.
pub(super) fn one_line(text: &str) -> Option<String> {
    let visible = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let words = text.chars().map(visible).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

/// Programs write UTF-8 where the standard says ASCII; old ones wrote Latin-1.
pub(super) fn decode(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}
