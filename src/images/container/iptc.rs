//! Reads caption, credit and time from IPTC-IIM (version 4), which press agencies write.

use super::exif::{decode, one_line};
use super::reader::Reader;
use super::{Broken, EmbeddedMetadata};
use crate::db::Timestamp;

/// The Photoshop resource that holds the IPTC records.
const RECORDS: u16 = 0x0404;
const MARK: u8 = 0x1c;
/// The application record and the data sets that are read.
const APPLICATION: u8 = 2;
const DATE: u8 = 55;
const TIME: u8 = 60;
const BY_LINE: u8 = 80;
const CREDIT: u8 = 110;
const COPYRIGHT: u8 = 116;
const CAPTION: u8 = 120;

/// Reads caption, credit and time from a Photoshop block. From a malformed block, returns the fields before the malformed part.
pub(super) fn notes(block: &[u8]) -> EmbeddedMetadata {
    let mut found = FoundTime::default();
    let _ = found.resources(&mut Reader::new(block));
    EmbeddedMetadata {
        taken_at: found.date.as_deref().and_then(|date| moment(date, found.time.as_deref())),
        caption: found.caption,
        credit: found.by_line.or(found.credit).or(found.copyright),
    }
}

/// Parses a date such as `20260314` and a time such as `092653+0100`; midnight UTC if only the date is known.
fn moment(date: &str, time: Option<&str>) -> Option<Timestamp> {
    let day = format!("{}-{}-{}", date.get(..4)?, date.get(4..6)?, date.get(6..)?);
    let clock = |time: &str| {
        let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
        let offset = if time.len() == 6 { "Z".to_owned() } else { format!("{}:{}", time.get(6..9)?, time.get(9..)?) };
        Timestamp::parse(&format!("{day}T{hour}:{minute}:{second}{offset}"))
    };
    time.and_then(clock).or_else(|| clock("000000"))
}

#[derive(Default)]
struct FoundTime {
    date: Option<String>,
    time: Option<String>,
    caption: Option<String>,
    by_line: Option<String>,
    credit: Option<String>,
    copyright: Option<String>,
}

impl FoundTime {
    fn resources(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        while !reader.rest().is_empty() {
            reader.take(4)?;
            let id = reader.be16()?;
            let name = usize::from(reader.byte()?);
            // The name and its length byte are padded to an even number of bytes.
            reader.take(name + (name + 1) % 2)?;
            let length = Reader::length(reader.be32()?)?;
            let data = reader.take(length)?;
            if id == RECORDS {
                return self.records(&mut Reader::new(data));
            }
            reader.take(length % 2)?;
        }
        Ok(())
    }

    fn records(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        while reader.byte()? == MARK {
            let [record, set] = reader.array()?;
            let length = reader.be16()?;
            let data = reader.take(length.into())?;
            let place = match (record, set) {
                (APPLICATION, DATE) => &mut self.date,
                (APPLICATION, TIME) => &mut self.time,
                (APPLICATION, CAPTION) => &mut self.caption,
                (APPLICATION, BY_LINE) => &mut self.by_line,
                (APPLICATION, CREDIT) => &mut self.credit,
                (APPLICATION, COPYRIGHT) => &mut self.copyright,
                _ => continue,
            };
            if place.is_none() {
                *place = one_line(&decode(data));
            }
        }
        Ok(())
    }
}
