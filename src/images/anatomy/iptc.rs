//! The little of IPTC-IIM (version 4) that matters here: what agencies write beneath a picture, and whose it is.

use super::exif::{decode, one_line};
use super::reader::Reader;
use super::{Broken, Texts};

/// The resource of Photoshop's that holds the records.
const RECORDS: u16 = 0x0404;
const MARK: u8 = 0x1c;
/// The record that tells of the picture, and what of it is read.
const APPLICATION: u8 = 2;
const BY_LINE: u8 = 80;
const CREDIT: u8 = 110;
const COPYRIGHT: u8 = 116;
const CAPTION: u8 = 120;

/// The caption and the credit in a block of Photoshop's; what can't be read is passed over.
pub(super) fn texts(block: &[u8]) -> Texts {
    let mut found = Found::default();
    let _ = found.resources(&mut Reader::new(block));
    (found.caption, found.by_line.or(found.credit).or(found.copyright))
}

#[derive(Default)]
struct Found {
    caption: Option<String>,
    by_line: Option<String>,
    credit: Option<String>,
    copyright: Option<String>,
}

impl Found {
    fn resources(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        while !reader.rest().is_empty() {
            reader.take(4)?;
            let id = reader.be16()?;
            let name = usize::from(reader.byte()?);
            // With the byte of its length, the name fills an even number of bytes.
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
