//! Checks a SQLite file by its header, its length and its log before anything opens it, because opening would write to it.
//!
//! The formats are described in <https://www.sqlite.org/fileformat2.html>.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::time::Duration;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// The number of attempts: a process that serves the file may be copying pages from the log at this moment.
const MAX_ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(150);

/// The contents of a database header.
struct Header {
    page_size: u32,
    /// The number of pages, if the header's count is reliable.
    pages: Option<u32>,
}

/// Refuses a file that is not a database or not complete; the error is a sentence for the operator.
pub(super) fn check(path: &str) -> Result<(), String> {
    let header = Header::read(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    let header = header.ok_or_else(|| format!("cannot open {path}: it is not a SQLite database, or its header is damaged"))?;
    for look in 1..=MAX_ATTEMPTS {
        let length = length(path).map_err(|error| format!("cannot read {path}: {error}"))?;
        // Uses the latest header: another process may have written it since.
        let header = Header::read(path).ok().flatten().unwrap_or(Header { ..header });
        if header.fits(length) || is_being_rolled_back(path) || has_the_rest_in_its_log(path, &header, length) {
            return Ok(());
        }
        if look == MAX_ATTEMPTS {
            return Err(header.complaint(path, length));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

impl Header {
    /// Reads the header; `None` if the file does not begin like a database.
    fn read(path: &str) -> std::io::Result<Option<Self>> {
        let mut bytes = [0; 100];
        match File::open(path)?.read_exact(&mut bytes) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8; 100]) -> Option<Self> {
        let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, high, low, ..] = *bytes;
        let page_size = match u16::from_be_bytes([high, low]) {
            1 => 65_536,
            size => u32::from(size),
        };
        let known = bytes.starts_with(MAGIC) && (512..=65_536).contains(&page_size) && page_size.is_power_of_two();
        let (changes, pages, counted_at) = (word(bytes, 24)?, word(bytes, 28)?, word(bytes, 92)?);
        known.then_some(Self { page_size, pages: (changes == counted_at && pages > 0).then_some(pages) })
    }

    fn fits(&self, length: u64) -> bool {
        let page_size = u64::from(self.page_size);
        length.is_multiple_of(page_size) && self.pages.is_none_or(|pages| u64::from(pages) * page_size == length)
    }

    fn complaint(&self, path: &str, length: u64) -> String {
        let size = self.page_size;
        let should = match self.pages {
            Some(pages) => format!("{} bytes ({pages} pages of {size} bytes)", u64::from(pages) * u64::from(size)),
            None => format!("whole pages of {size} bytes"),
        };
        format!("{path} is damaged: it has {length} bytes and should have {should}; nothing was changed. Restore a backup")
    }
}

fn word(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(place..)?.first_chunk()?))
}

fn length(path: &str) -> std::io::Result<u64> {
    Ok(std::fs::metadata(path)?.len())
}

/// Returns whether there is a rollback journal, from which SQLite repairs the length when it opens the file.
fn is_being_rolled_back(path: &str) -> bool {
    length(&format!("{path}-journal")).is_ok_and(|length| length > 0)
}

/// Returns whether the log (WAL) has every page that the file lacks, as after a crash while pages were copied into the file.
fn has_the_rest_in_its_log(path: &str, header: &Header, length: u64) -> bool {
    let whole = u32::try_from(length / u64::from(header.page_size)).unwrap_or(u32::MAX);
    let log = File::open(format!("{path}-wal")).map_err(drop).and_then(|file| Log::read(BufReader::new(file), header.page_size, whole));
    log.is_ok_and(|log| log.pages.is_some_and(|pages| (whole..pages).all(|page| log.beyond.contains(&(page + 1)))))
}

/// The contents of the committed part of a log.
#[derive(Default)]
struct Log {
    /// The number of pages of the database after the last commit; `None` without a commit.
    pages: Option<u32>,
    /// The pages in the log that lie beyond the end of the file.
    beyond: BTreeSet<u32>,
}

impl Log {
    fn read(mut file: impl Read, page_size: u32, whole: u32) -> Result<Self, ()> {
        let mut head = [0; 32];
        file.read_exact(&mut head).map_err(drop)?;
        let big_endian = match word(&head, 0) {
            Some(0x377f_0683) => true,
            Some(0x377f_0682) => false,
            _ => return Err(()),
        };
        if word(&head, 8) != Some(page_size) {
            return Err(());
        }
        let mut sum = Checksum { big_endian, low: 0, high: 0 };
        sum.add(&head[..24]);
        let (mut log, mut waiting) = (Self::default(), Vec::new());
        let mut page = vec![0; usize::try_from(page_size).map_err(drop)?];
        let mut frame = [0; 24];
        while file.read_exact(&mut frame).is_ok() && file.read_exact(&mut page).is_ok() {
            sum.add(&frame[..8]);
            sum.add(&page);
            // A frame that is from before the last restart of the log, or has a wrong checksum, ends the valid part.
            if frame[8..16] != head[16..24] || (word(&frame, 16), word(&frame, 20)) != (Some(sum.low), Some(sum.high)) {
                break;
            }
            waiting.extend(word(&frame, 0).filter(|number| *number > whole));
            if let Some(pages) = word(&frame, 4).filter(|pages| *pages > 0) {
                log.pages = Some(pages);
                log.beyond.extend(waiting.drain(..));
            }
        }
        Ok(log)
    }
}

/// The running checksum of a log.
struct Checksum {
    big_endian: bool,
    low: u32,
    high: u32,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let read = |word: [u8; 4]| if self.big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) };
        let (words, _) = bytes.as_chunks::<4>();
        for pair in words.as_chunks::<2>().0 {
            let [first, second] = pair.map(read);
            self.low = self.low.wrapping_add(first).wrapping_add(self.high);
            self.high = self.high.wrapping_add(second).wrapping_add(self.low);
        }
    }
}
