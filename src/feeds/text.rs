//! Texts as feeds can hold them.

/// A text without what XML 1.0 (section 2.2) has no place for.
pub(super) fn safe(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(fits).collect()
}

/// A plain text as HTML.
pub(super) fn html(text: &str) -> String {
    safe(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Sanitised HTML whose links and files are found from anywhere: paths begin at the site, fragments at the article.
pub(super) fn absolute(html: &str, site_url: &str, article_url: &str) -> String {
    let html = safe(html);
    let mut pieces = html.split('<');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // In what the sanitiser writes, this sign stands before a tag and nowhere else.
        let (tag, rest) = piece.split_at_checked(end_of_tag(piece)).unwrap_or((piece, ""));
        whole.push('<');
        whole.push_str(&with_absolute(tag, site_url, article_url));
        whole.push_str(rest);
    }
    whole
}

/// Where a tag ends: at the first `>` that is in no value.
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

fn with_absolute(tag: &str, site_url: &str, article_url: &str) -> String {
    let mut tag = tag.to_owned();
    for name in [" href=\"", " src=\"", " poster=\""] {
        let Some(start) = tag.find(name).map(|start| start + name.len()) else { continue };
        let value = tag.get(start..).unwrap_or_default();
        let base = if value.starts_with('#') {
            article_url
        } else if value.starts_with('/') && !value.starts_with("//") {
            site_url
        } else {
            continue;
        };
        tag.insert_str(start, base);
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::{absolute, safe};

    #[test]
    fn links_are_made_absolute_and_texts_are_left_alone() {
        let html = "<p>See <a href=\"/about\" title=\"a > b\">us</a>, <a href=\"#fn-1\">1</a>, <a href=\"//x.example/\">x</a>, \
                    <a href=\"https://y.example/\">y</a>. href=\"/no\"</p><img src=\"/media/a.jpg\" alt=\"\">";
        let expected = "<p>See <a href=\"https://n.example/about\" title=\"a > b\">us</a>, <a href=\"https://n.example/a#fn-1\">1</a>, \
                        <a href=\"//x.example/\">x</a>, <a href=\"https://y.example/\">y</a>. href=\"/no\"</p>\
                        <img src=\"https://n.example/media/a.jpg\" alt=\"\">";
        assert_eq!(absolute(html, "https://n.example", "https://n.example/a"), expected);
    }

    #[test]
    fn what_no_document_can_hold_is_left_out() {
        assert_eq!(safe("a\u{0}b\u{b}c\u{fffe}d\u{1f600}\n"), "abcd\u{1f600}\n");
    }
}
