//! Escapes text for HTML and for Markdown.

/// Appends `text` escaped for HTML, both for element content and for quoted attribute values.
pub(super) fn html(out: &mut String, text: &str) {
    let mut rest = text;
    // These are ASCII bytes, which never occur inside a longer UTF-8 sequence.
    while let Some(index) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')) {
        let (plain, special) = rest.split_at(index);
        out.push_str(plain);
        out.push_str(match special.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            _ => "&#39;",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Escapes text that the sanitiser will parse; only for element content, not for attributes.
///
/// At each `&` and at each character whose first byte is `C2`, the sanitiser's serialiser scans the rest of the text node. Empty comments,
/// which the sanitiser drops, split texts with many such characters into short nodes.
pub(super) fn text(out: &mut String, text: &str) {
    const MAX_SPACES: usize = 256;
    let mut rest = text;
    let mut seen = 0;
    for (index, letter) in text.char_indices() {
        if is_costly(letter) {
            seen += 1;
            if seen % MAX_SPACES == 0 {
                let (head, tail) = rest.split_at(index.saturating_sub(text.len() - rest.len()));
                html(out, head);
                out.push_str("<!---->");
                rest = tail;
            }
        }
    }
    html(out, rest);
}

/// Whether a character is slow to sanitise; see [`text`].
pub(super) fn is_costly(letter: char) -> bool {
    matches!(letter, '&' | '\u{80}'..='\u{bf}')
}

/// Appends `text` on one line, escaped so that Markdown reads it literally in a paragraph, a link text or a title.
pub(super) fn markdown(out: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_ascii_control() {
            out.push_str("&#");
            out.push_str(&u32::from(letter).to_string());
            out.push(';');
        } else {
            // Some punctuation has no meaning in Markdown here, so it stays unescaped for readability.
            if letter.is_ascii_punctuation() && !matches!(letter, ',' | ';' | '\'' | '/' | '?' | '%' | '$') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
}

/// Collapses ASCII white space to single spaces and trims both ends.
pub(super) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
