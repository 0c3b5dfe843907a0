//! Helper functions for tags and URLs.

use comrak::nodes::TableAlignment;

/// Parses the URL `image:ID`; returns the id in lower case.
pub(super) fn image_id(address: &str) -> Option<String> {
    let id = address.strip_prefix("image:")?;
    let is_at = |index: usize, byte: u8| if matches!(index, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    let is_id = id.len() == 36 && id.bytes().enumerate().all(|(index, byte)| is_at(index, byte));
    is_id.then(|| id.to_ascii_lowercase())
}

/// Whether a URL has one of these schemes; `None` if it is relative.
pub(super) fn has_scheme(address: &str, schemes: &[&str]) -> Option<bool> {
    let start = address.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    let end = start.find([':', '/', '?', '#'])?;
    let (scheme, rest) = start.split_at(end);
    rest.starts_with(':').then(|| schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

/// The end tag of an HTML block of kind 1 (CommonMark), if the block lacks it.
pub(super) fn end_of_verbatim(html: &str) -> Option<&'static str> {
    const ENDS: [&str; 4] = ["</pre>", "</script>", "</style>", "</textarea>"];
    let html = html.to_ascii_lowercase();
    if ENDS.iter().any(|end| html.contains(end)) {
        return None;
    }
    ENDS.into_iter().find(|end| html.starts_with(&end.replace("</", "<").replace('>', "")))
}

/// The length of the tag at the start of `html`, which must be sanitiser output.
pub(super) fn tag_length(html: &str) -> Option<usize> {
    let mut in_quotes = false;
    for (index, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'>' if !in_quotes => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// The name of a tag `<name …>` or `</name>`.
pub(super) fn tag_name(tag: &str) -> &str {
    let inner = tag.trim_start_matches('<').trim_start_matches('/');
    inner.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Whether an element has no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "area" | "br" | "col" | "hr" | "img" | "input" | "link" | "meta" | "wbr")
}

/// The properties that make raw HTML slower to sanitise than its length suggests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    depth: usize,
    costly: usize,
    /// The number of blocks that end within a tag, a comment or an element that swallows the text after the block.
    pub(super) is_open: usize,
}

impl Weight {
    pub(super) fn add(&mut self, other: Self) {
        self.depth = self.depth.saturating_add(other.depth);
        self.costly = self.costly.saturating_add(other.costly);
        self.is_open = self.is_open.saturating_add(other.is_open);
    }

    /// The difference to an earlier sum.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            depth: self.depth.saturating_sub(before.depth),
            costly: self.costly.saturating_sub(before.costly),
            is_open: self.is_open.saturating_sub(before.is_open),
        }
    }

    /// The approximate cost of sanitising. It grows with the square of the depth, and with the length times the number of slow characters
    /// (see [`super::escape::is_costly`]).
    pub(super) fn cost(self, length: usize) -> usize {
        self.depth.saturating_pow(2).saturating_add(self.costly.saturating_mul(length) / 500)
    }
}

/// The weight of a piece of raw HTML.
pub(super) fn weight(html: &str) -> Weight {
    let costly = html.chars().filter(|letter| super::escape::is_costly(*letter)).count();
    Weight { depth: html.split('<').skip(1).map(depth).sum(), costly, is_open: 0 }
}

/// The approximate cost of sanitising a block of raw HTML.
pub(super) fn cost(html: &str) -> usize {
    weight(html).cost(html.len())
}

/// The nesting depth that a tag can add. Elements that are closed implicitly (`<p>`, `<li>`, cells) nest only inside elements that count.
fn depth(tag: &str) -> usize {
    let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(12).map(|letter| letter.to_ascii_lowercase()).collect();
    match name.as_str() {
        "" | "p" | "li" | "td" | "th" | "tr" | "dt" | "dd" | "thead" | "tbody" | "tfoot" | "area" | "br" | "col" | "hr" | "img" | "wbr" => {
            0
        }
        "table" => 6,
        "ul" | "ol" | "dl" => 2,
        _ => 1,
    }
}

/// The element name of a heading.
pub(super) fn heading_name(level: u8) -> &'static str {
    match level {
        0 | 1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        _ => "h6",
    }
}

/// The HTML attribute for the alignment of a cell.
pub(super) fn alignment(align: Option<&TableAlignment>) -> &'static str {
    match align {
        Some(TableAlignment::Left) => " align=\"left\"",
        Some(TableAlignment::Center) => " align=\"center\"",
        Some(TableAlignment::Right) => " align=\"right\"",
        Some(TableAlignment::None) | None => "",
    }
}
