//! Extracts words, the first paragraph and headings from HTML that the sanitiser wrote.

use super::block::TocEntry;
use super::{raw_tags, tags};

/// A token of sanitised HTML: a tag, or the text between two tags.
enum HtmlToken<'h> {
    Tag(&'h str),
    Text(&'h str),
}

/// Iterates over the tags and texts of sanitised HTML, in order.
fn pieces(html: &str) -> impl Iterator<Item = HtmlToken<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let length =
            if rest.starts_with('<') { tags::tag_length(rest).unwrap_or(rest.len()) } else { rest.find('<').unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at(length);
        rest = after;
        match piece {
            "" => None,
            tag if tag.starts_with('<') => Some(HtmlToken::Tag(tag)),
            text => Some(HtmlToken::Text(text)),
        }
    })
}

/// The words of a piece of HTML. Inline tags do not separate words; all other tags do.
pub(super) fn text(html: &str) -> String {
    let mut out = String::new();
    pieces(html).for_each(|piece| push(&mut out, &piece));
    out
}

fn push(out: &mut String, piece: &HtmlToken<'_>) {
    match piece {
        HtmlToken::Text(text) => unescape(out, text),
        HtmlToken::Tag(tag) => {
            let name = tags::tag_name(tag);
            if !raw_tags::is_inline(name) || name == "br" {
                out.push(' ');
            }
        }
    }
}

/// Appends text, and decodes the character references that the sanitiser writes.
fn unescape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = [("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("nbsp;", "\u{a0}")];
        let found = known.into_iter().find_map(|(name, sign)| Some((after.strip_prefix(name)?, sign)));
        let (after, sign) = found.unwrap_or((after, "&"));
        out.push_str(sign);
        rest = after;
    }
    out.push_str(rest);
}

/// The first words of a piece of HTML, by kind.
#[derive(Default)]
pub(super) struct Lead {
    /// The first paragraph that contains words.
    pub(super) paragraph: String,
    /// The first words outside paragraphs and headings.
    pub(super) other: String,
    /// The first heading.
    pub(super) heading: String,
}

/// Finds the first words of a piece of HTML, at least `enough` bytes of each kind if there are that many.
pub(super) fn lead(html: &str, enough: usize) -> Lead {
    let mut lead = Lead::default();
    let (mut in_paragraph, mut in_heading) = (false, false);
    let mut paragraph = String::new();
    for piece in pieces(html) {
        if let HtmlToken::Tag(tag) = &piece {
            let name = tags::tag_name(tag);
            if name == "p" {
                in_paragraph = !tag.starts_with("</");
                if lead.paragraph.trim().is_empty() {
                    lead.paragraph = std::mem::take(&mut paragraph);
                }
                paragraph.clear();
            } else if level(name).is_some() {
                in_heading = !tag.starts_with("</");
            }
        }
        let place = match (in_heading, in_paragraph) {
            (true, _) => &mut lead.heading,
            (_, true) => &mut paragraph,
            _ => &mut lead.other,
        };
        if place.len() < enough {
            push(place, &piece);
        }
    }
    if lead.paragraph.trim().is_empty() {
        lead.paragraph = paragraph;
    }
    lead
}

fn level(name: &str) -> Option<u8> {
    (1..=6).find(|level| tags::heading_name(*level) == name)
}

/// Gives each heading outside quotations an `id`, which `anchor` makes from its text, and lists the headings.
pub(super) fn with_anchors(html: &str, anchor: impl FnMut(&str) -> String) -> (String, Vec<TocEntry>) {
    let mut headings = Headings { out: String::with_capacity(html.len()), toc: Vec::new(), quotes: 0, open: None, anchor };
    for piece in pieces(html) {
        match piece {
            HtmlToken::Tag(tag) => headings.tag(tag),
            HtmlToken::Text(text) => headings.out.push_str(text),
        }
    }
    (headings.out, headings.toc)
}

struct Headings<A> {
    out: String,
    toc: Vec<TocEntry>,
    /// The number of open quotations.
    quotes: usize,
    /// The open heading: its level, the position after its name, and the position of its content.
    open: Option<(u8, usize, usize)>,
    anchor: A,
}

impl<A: FnMut(&str) -> String> Headings<A> {
    fn tag(&mut self, tag: &str) {
        let (name, is_end) = (tags::tag_name(tag), tag.starts_with("</"));
        if name == "blockquote" {
            self.quotes = if is_end { self.quotes.saturating_sub(1) } else { self.quotes + 1 };
        }
        if let Some(open) = self.open.filter(|open| is_end && level(name) == Some(open.0)) {
            self.close(open);
        }
        let place = self.out.len() + 1 + name.len();
        self.out.push_str(tag);
        if let (false, 0, None, Some(level)) = (is_end, self.quotes, self.open, level(name)) {
            self.open = Some((level, place, self.out.len()));
        }
    }

    fn close(&mut self, (level, place, inside): (u8, usize, usize)) {
        let text = super::escape::one_line(&text(self.out.get(inside..).unwrap_or_default()));
        let anchor = (self.anchor)(&text);
        self.out.insert_str(place, &format!(" id=\"{anchor}\""));
        self.toc.push(TocEntry { level, text, anchor });
        self.open = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_inline_tags_alone() {
        assert_eq!(
            text("<p>Migrated <b>l</b>ead &amp; more.</p><ul><li>a</li><li>b<br>c</li></ul>").trim(),
            "Migrated lead & more.   a  b c"
        );
    }

    #[test]
    fn the_first_words_are_found() {
        let lead = lead("<h2>Title</h2>\n<div>before</div><p> </p><p>One <b>two</b></p><p>three</p>", 100);
        assert_eq!([lead.paragraph.trim(), lead.other.trim(), lead.heading.trim()], ["One two", "before", "Title"]);
    }

    #[test]
    fn headings_get_anchors() {
        let (html, toc) = with_anchors("<h2 title=\"x\">A <b>b</b></h2><blockquote><h2>No</h2></blockquote><h3></h3>", str::to_lowercase);
        assert_eq!(html, "<h2 id=\"a b\" title=\"x\">A <b>b</b></h2><blockquote><h2>No</h2></blockquote><h3 id=\"\"></h3>");
        assert_eq!(toc.iter().map(|entry| (entry.level, entry.text.as_str())).collect::<Vec<_>>(), [(2, "A b"), (3, "")]);
    }
}
