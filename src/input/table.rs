//! Tables of comma-separated values (RFC 4180), as spreadsheets write them and may read them without harm.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

/// What separates cells: a spreadsheet writes semicolons where the comma divides decimals, and tabs where it is asked for text.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// What a spreadsheet takes for the beginning of a formula, in all widths that it knows.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// Reads a table: cells are trimmed, lines may be of different lengths, and the first line names the columns.
pub(crate) fn table(file: &[u8]) -> Reader<&[u8]> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    ReaderBuilder::new().delimiter(separator(file)).flexible(true).trim(Trim::All).from_reader(file)
}

/// The separator that is in the first line most often, outside of quotation marks; a comma where there is none.
fn separator(file: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in file.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().zip(SEPARATORS).filter(|(_, one)| one == byte).for_each(|(count, _)| *count += 1),
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    counts.iter().zip(SEPARATORS).find(|(count, _)| **count == most).map_or(b',', |(_, separator)| separator)
}

/// The names of the columns, whose case means nothing.
pub(crate) fn column_names(head: &StringRecord) -> Vec<String> {
    head.iter().map(str::to_lowercase).collect()
}

/// A cell that no spreadsheet takes for a formula: an apostrophe comes before one that it might.
pub(crate) fn guarded(cell: String) -> String {
    if is_dangerous(&cell) { format!("'{cell}") } else { cell }
}

/// What a cell said before it was guarded.
pub(crate) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_dangerous(rest)).unwrap_or(cell)
}

/// Whether a cell begins a formula, by itself or after what spreadsheets ignore; or looks like one that was guarded, so that taking
/// the apostrophe off gives what was there.
fn is_dangerous(cell: &str) -> bool {
    let ignored = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start_matches('\'').trim_start_matches(ignored).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::{FORMULA, guarded, separator, unguarded};

    #[test]
    fn no_cell_begins_a_formula_and_each_can_be_read_again() {
        let formulas = FORMULA.map(|sign| format!("{sign}1+1"));
        let hidden = ["\t=1", "\r=1", "\n=1", " =1", "\u{a0}=1", "\u{200b}\u{ff1d}1", "\u{3000}@SUM(A1)", "'=1", "''=1", "\ttab"];
        for cell in formulas.iter().map(String::as_str).chain(hidden) {
            let written = guarded(cell.to_owned());
            assert!(written.starts_with('\''), "{cell:?}");
            assert_eq!((written.as_str(), unguarded(&written)), (format!("'{cell}").as_str(), cell));
        }
        for cell in ["Mara", "", "'tis", "o'hara", "1-2", "a@b.example", "’=1"] {
            assert_eq!((guarded(cell.to_owned()).as_str(), unguarded(cell)), (cell, cell));
        }
    }

    #[test]
    fn the_separator_is_what_the_first_line_uses() {
        for (file, expected) in [
            ("email,name\n", b','),
            ("email;name\r\na@b.example;\"x,y,z\"", b';'),
            ("email\tname\n", b'\t'),
            ("email\na;b;c\n", b','),
            ("\"a;b;c\",d\n", b','),
            ("", b','),
        ] {
            assert_eq!(separator(file.as_bytes()), expected, "{file:?}");
        }
    }
}
