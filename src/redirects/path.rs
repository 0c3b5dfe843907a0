//! The normal form of a path: percent-decoded where that keeps its meaning, without a trailing slash.

use std::fmt::Write as _;

/// Returns the normal form of a path within the site, in which paths are stored and compared. Case is kept; query and fragment
/// are dropped.
pub(crate) fn normal(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let decoded = decoded(path.get(..end).unwrap_or(path));
    let trimmed = decoded.trim_end_matches('/');
    if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }
}

/// Decodes percent escapes, except those of characters that would change the meaning of the path.
fn decoded(path: &str) -> String {
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    let means_itself = |c: char| !(c.is_control() || c.is_whitespace() || "/%?#\"<>\\^`{|}".contains(c));
    let Ok(text) = String::from_utf8(decoded) else { return path.to_owned() };
    if text.chars().all(|c| c == '/' || means_itself(c)) && text.matches('/').count() == path.matches('/').count() {
        return text;
    }
    // Some characters must stay encoded, so decode one run of escapes at a time.
    let mut rest = path;
    let mut whole = String::new();
    while let Some(start) = rest.find('%') {
        let (before, escaped) = rest.split_at(start);
        whole.push_str(before);
        let run: usize = escapes(escaped);
        if run == 0 {
            whole.push_str("%25");
            rest = escaped.get(1..).unwrap_or_default();
            continue;
        }
        let (encoded, after) = escaped.split_at_checked(run).unwrap_or((escaped, ""));
        let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
        for c in text.chars() {
            if means_itself(c) {
                whole.push(c);
            } else {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(whole, "%{byte:02X}");
                }
            }
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}

/// Returns the length of the run of valid escapes at the start of a text.
fn escapes(text: &str) -> usize {
    let is_escape = |piece: &[u8]| matches!(piece, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    text.as_bytes().chunks(3).take_while(|piece| is_escape(piece)).count() * 3
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_path_has_one_form() {
        for (path, form) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/a/b/", "/a/b"),
            ("/A/b?x=1#y", "/A/b"),
            ("/caf%C3%A9", "/café"),
            ("/caf%c3%a9/", "/café"),
            ("/a%2Fb", "/a%2Fb"),
            ("/a%2fb%C3%A9", "/a%2Fbé"),
            ("/100%", "/100%25"),
            ("/100%25", "/100%25"),
            ("/a%20b", "/a%20b"),
            ("/a%0Ab", "/a%0Ab"),
            ("/%ff", "/%ff"),
        ] {
            assert_eq!(normal(path), form, "{path}");
            assert_eq!(normal(form), form, "{form}");
        }
    }
}
