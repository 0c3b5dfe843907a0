//! CSV (RFC 4180), as spreadsheets write it and can read it without danger.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

/// The separators of cells: spreadsheets write semicolons in locales with decimal commas, and tabs in text exports.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The characters at which spreadsheets begin a formula, including their full-width and small forms.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// Reads a CSV file: cells are trimmed, lines may have different numbers of cells, and the first line names the columns.
pub(crate) fn table(file: &[u8]) -> Reader<&[u8]> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    ReaderBuilder::new().delimiter(separator(file)).flexible(true).trim(Trim::All).from_reader(file)
}

/// Returns the most frequent separator of the first line outside quotation marks; a comma if there is none.
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

/// Returns the names of the columns in lower case.
pub(crate) fn column_names(head: &StringRecord) -> Vec<String> {
    head.iter().map(str::to_lowercase).collect()
}

/// Protects a cell that a spreadsheet could take for a formula, by putting an apostrophe before it.
pub(crate) fn guarded(cell: String) -> String {
    if is_dangerous(&cell) { format!("'{cell}") } else { cell }
}

/// Removes the protection of a cell.
pub(crate) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_dangerous(rest)).unwrap_or(cell)
}

/// Returns whether a cell begins a formula, directly or after characters that spreadsheets ignore. Also true for cells that look
/// protected, so that removing the apostrophe always restores the original.
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
