//! Escapes for HTML and for Markdown.

/// Appends `text` so that it is text in HTML, in an element as in a quoted attribute.
pub(super) fn html(out: &mut String, text: &str) {
    let mut rest = text;
    // Each of these is one byte, which no other letter has among its own.
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

/// The same for what the sanitiser has yet to read, but not in attributes.
///
/// Its writer looks, at each `&` and at each letter that begins with the byte `C2`, through all the rest of the text. Comments, which it drops,
/// keep texts with many of those short.
pub(super) fn text(out: &mut String, text: &str) {
    const MOST: usize = 256;
    let mut rest = text;
    let mut seen = 0;
    for (index, letter) in text.char_indices() {
        if is_costly(letter) {
            seen += 1;
            if seen % MOST == 0 {
                let (head, tail) = rest.split_at(index.saturating_sub(text.len() - rest.len()));
                html(out, head);
                out.push_str("<!---->");
                rest = tail;
            }
        }
    }
    html(out, rest);
}

/// See [`text`].
pub(super) fn is_costly(letter: char) -> bool {
    matches!(letter, '&' | '\u{80}'..='\u{bf}')
}

/// Appends `text` so that Markdown reads it as just that text, on one line, in a paragraph, a link's text or a title.
pub(super) fn markdown(out: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_ascii_control() {
            out.push_str("&#");
            out.push_str(&u32::from(letter).to_string());
            out.push(';');
        } else {
            // Full stops, commas and the like are left for the eye's sake where they mean nothing.
            if letter.is_ascii_punctuation() && !matches!(letter, ',' | ';' | '\'' | '/' | '?' | '%' | '$') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
}

/// White space of ASCII as single spaces, none at the ends.
pub(super) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
