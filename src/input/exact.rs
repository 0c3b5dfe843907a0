//! Finds numbers in JSON that cannot be stored exactly, because they have too many digits for a 64-bit number.

use super::check::escape;
use crate::error::{MAX_FAULTS, MAX_POINTER, beginning};

/// Returns the pointers of the numbers in a well-formed JSON document that cannot be stored exactly. Numbers whose pointers `count`
/// does not accept are ignored. The result has at most one pointer more than errors are reported.
pub(super) fn inexact_numbers(json: &[u8], count: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut scan = Scan { json, count, at: 0, path: Vec::new(), found: Vec::new() };
    scan.value();
    scan.found
}

struct Scan<'a> {
    json: &'a [u8],
    count: &'a dyn Fn(&str) -> bool,
    at: usize,
    path: Vec<PointerStep>,
    found: Vec<String>,
}

/// A step of a pointer. The number of an item becomes text only if the pointer is needed.
enum PointerStep {
    Member(String),
    Item(usize),
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.json.get(self.at).copied().unwrap_or_default()
    }

    /// Skips blanks, commas and colons; a well-formed document has them only where they belong.
    fn skip(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') {
            self.at += 1;
        }
    }

    /// Scans one value; the parser of the document has already limited the depth of the document.
    fn value(&mut self) {
        self.skip();
        match self.peek() {
            b'{' => self.members(),
            b'[' => self.items(),
            b'"' => drop(self.text()),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                while self.peek().is_ascii_alphabetic() {
                    self.at += 1;
                }
            }
        }
        self.skip();
    }

    fn members(&mut self) {
        self.at += 1;
        self.skip();
        while self.peek() == b'"' {
            let name = self.text();
            self.path.push(PointerStep::Member(escape(beginning(&name, MAX_POINTER))));
            self.value();
            self.path.pop();
        }
        self.at += 1;
    }

    fn items(&mut self) {
        self.at += 1;
        self.skip();
        for index in 0_usize.. {
            if matches!(self.peek(), b']' | 0) {
                break;
            }
            self.path.push(PointerStep::Item(index));
            self.value();
            self.path.pop();
        }
        self.at += 1;
    }

    fn text(&mut self) -> String {
        let begin = self.at;
        self.at += 1;
        while !matches!(self.peek(), b'"' | 0) {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.json.get(begin..self.at).and_then(|text| serde_json::from_slice(text).ok()).unwrap_or_default()
    }

    fn number(&mut self) {
        let begin = self.at;
        while matches!(self.peek(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
            self.at += 1;
        }
        let text = self.json.get(begin..self.at).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
        if self.found.len() <= MAX_FAULTS && !is_exact(text) {
            let pointer = self.pointer();
            if (self.count)(&pointer) {
                self.found.push(pointer);
            }
        }
    }

    /// Returns the current pointer, without the steps beyond the length that is reported.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            if pointer.len() > MAX_POINTER {
                break;
            }
            pointer.push('/');
            match step {
                PointerStep::Member(name) => pointer.push_str(name),
                PointerStep::Item(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// Returns whether the nearest 64-bit number, formatted again, is the same number.
fn is_exact(text: &str) -> bool {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return true;
    }
    text.parse::<f64>().is_ok_and(|number| number.is_finite() && digits(&format!("{number:e}")) == digits(text))
}

/// Returns a number's digits without zeros at both ends, and the power of ten of the last digit.
fn digits(text: &str) -> Option<(String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let all = format!("{whole}{fraction}");
    let kept = all.trim_end_matches('0');
    let significant = kept.trim_start_matches('0');
    if significant.is_empty() {
        return Some((String::new(), 0));
    }
    let dropped = i64::try_from(all.len() - kept.len()).ok()?;
    let power = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(dropped)?;
    Some((significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_as_it_was_sent_is_exact() {
        for text in
            ["0", "-0", "1", "18446744073709551615", "-9223372036854775808", "0.1", "1.50", "1e3", "1E-7", "100000000000000000000", "0.0"]
        {
            assert!(is_exact(text), "{text}");
        }
        for text in
            ["18446744073709551616", "123456789012345678901234567890", "0.1000000000000000055", "1e400", "1e-400", "9007199254740993.0"]
        {
            assert!(!is_exact(text), "{text}");
        }
    }

    #[test]
    fn the_place_is_told() {
        let json = br#" {"a": [1, {"b/c": 0.12345678901234567890, "t": "1e999 \" ]"}, true, []], "d": {}, "e": -36893488147419103232.5} "#;
        assert_eq!(inexact_numbers(json, &|_| true), ["/a/1/b~1c", "/e"]);
    }
}
