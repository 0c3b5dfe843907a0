//! Texts in the form that feeds can hold.

use url::Url;

/// Removes the characters that XML 1.0 (section 2.2) does not allow.
pub(super) fn safe(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(fits).collect()
}

/// Escapes a plain text as HTML.
pub(super) fn html(text: &str) -> String {
    safe(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The attributes of sanitised HTML that hold one URL.
const URL_ATTRIBUTES: &[&str] = &["href", "src", "poster", "cite"];

/// Resolves relative URLs in sanitised HTML against the article's URL (RFC 3986, section 5), because a feed has no base URL.
pub(super) fn absolute(html: &str, article_url: &str) -> String {
    let html = safe(html);
    let Ok(base) = Url::parse(article_url) else { return html };
    let mut pieces = html.split('<');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // The sanitiser writes `<` only at the start of a tag.
        let (tag, rest) = piece.split_at_checked(end_of_tag(piece)).unwrap_or((piece, ""));
        whole.push('<');
        whole.push_str(&with_absolute(tag, &base));
        whole.push_str(rest);
    }
    whole
}

/// Returns the end of a tag: the first `>` outside a quoted value.
fn end_of_tag(piece: &str) -> usize {
    let mut quoted = false;
    for (at, c) in piece.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    piece.len()
}

/// Resolves the URLs in a tag's attributes. The sanitiser writes every value in double quotes.
fn with_absolute(tag: &str, base: &Url) -> String {
    let mut written = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some((before, value, after)) = next_value(rest) {
        let name = before.trim_end_matches("=\"").rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
        written.push_str(before);
        match name {
            "srcset" => written.push_str(&candidates(value, base)),
            name if URL_ATTRIBUTES.contains(&name) => written.push_str(&resolved(value, base)),
            _ => written.push_str(value),
        }
        rest = after;
    }
    written.push_str(rest);
    written
}

/// Splits a tag into the text up to a value's opening quote, the value, and the text from its closing quote on.
fn next_value(tag: &str) -> Option<(&str, &str, &str)> {
    let start = tag.find("=\"")? + 2;
    let (before, rest) = tag.split_at_checked(start)?;
    let end = rest.find('"')?;
    // The closing quote belongs to the last part, so that it is written, too.
    let (value, after) = rest.split_at_checked(end)?;
    Some((before, value, after))
}

/// Resolves an attribute's URL; returns it unchanged if that is impossible.
fn resolved(value: &str, base: &Url) -> String {
    let reference = value.replace("&amp;", "&").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    match Url::options().base_url(Some(base)).parse(reference.trim()) {
        Ok(url) if !is_absolute(&reference) => url.as_str().replace('&', "&amp;").replace('"', "&quot;"),
        _ => value.to_owned(),
    }
}

/// Checks whether a reference has a scheme; such a reference stays unchanged.
fn is_absolute(reference: &str) -> bool {
    let scheme = reference.trim_start().split([':', '/', '?', '#']).next().unwrap_or_default();
    reference.trim_start().get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Resolves the URLs of the candidates of a `srcset`.
fn candidates(value: &str, base: &Url) -> String {
    let candidates = value.split(", ").map(|candidate| match candidate.trim().split_once(' ') {
        Some((url, size)) => format!("{} {size}", resolved(url, base)),
        None => resolved(candidate.trim(), base),
    });
    candidates.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{absolute, safe};

    #[test]
    fn relative_references_are_resolved_and_texts_are_left_alone() {
        for (reference, url) in [
            ("/about", "https://n.example/about"),
            ("#fn-1", "https://n.example/city/a#fn-1"),
            ("other-story", "https://n.example/city/other-story"),
            ("../sport/b?x=1&amp;y=2", "https://n.example/sport/b?x=1&amp;y=2"),
            ("?page=2", "https://n.example/city/a?page=2"),
            ("//x.example/", "https://x.example/"),
            ("https://y.example/a b", "https://y.example/a b"),
            ("mailto:desk@n.example", "mailto:desk@n.example"),
            ("", "https://n.example/city/a"),
        ] {
            let html = format!("<p>See <a href=\"{reference}\" title=\"a > b\">us</a>. href=\"no\"</p>");
            let expected = format!("<p>See <a href=\"{url}\" title=\"a > b\">us</a>. href=\"no\"</p>");
            assert_eq!(absolute(&html, "https://n.example/city/a"), expected, "{reference}");
        }
        let html = "<img src=\"a.jpg\" srcset=\"a.jpg 1x, /b.jpg 2x\" alt=\"src=1\"><blockquote cite=\"c\"></blockquote>";
        let expected = "<img src=\"https://n.example/city/a.jpg\" srcset=\"https://n.example/city/a.jpg 1x, https://n.example/b.jpg 2x\" \
                        alt=\"src=1\"><blockquote cite=\"https://n.example/city/c\"></blockquote>";
        assert_eq!(absolute(html, "https://n.example/city/a"), expected);
    }

    #[test]
    fn what_no_document_can_hold_is_left_out() {
        assert_eq!(safe("a\u{0}b\u{b}c\u{fffe}d\u{1f600}\n"), "abcd\u{1f600}\n");
    }
}
