//! Raw inline HTML tags: decides which are allowed, and closes each one in the element where it was opened.
//!
//! This keeps the elements of each block intact, whatever a writer typed, before the sanitiser sees them.

use super::raw_html::RawHtml;

/// The allowed inline elements.
const INLINE: [&str; 28] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strong", "sub", "sup", "time", "u", "var",
];
/// Formatting elements, which a browser reopens in each paragraph until they are closed (HTML, "list of active formatting elements").
const FORMATTING: [&str; 14] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// The allowed inline elements without an end tag.
const VOID: [&str; 3] = ["br", "img", "wbr"];
/// The maximum number of open elements; further ones are left out.
const MAX_DEPTH: usize = 20;

/// Whether an element is allowed as inline HTML.
pub(super) fn is_inline(element: &str) -> bool {
    INLINE.contains(&element) || VOID.contains(&element)
}

/// Lists the formatting elements that a block of raw HTML leaves open.
pub(super) fn left_open(html: &str) -> Vec<&'static str> {
    let mut open = Vec::new();
    for tag in RawHtml::of(html) {
        let Some(known) = FORMATTING.into_iter().find(|known| *known == tag.name) else { continue };
        if !tag.is_end {
            open.push(known);
        } else if let Some(index) = open.iter().rposition(|name| *name == known) {
            open.remove(index);
        }
    }
    open
}

/// The open raw elements.
#[derive(Default)]
pub(super) struct RawTags {
    open: Vec<&'static str>,
    /// Elements below this index belong to an outer element and cannot be closed in the current one.
    floor: usize,
}

impl RawTags {
    /// Begins an element; pass the result to [`Self::leave`].
    pub(super) fn enter(&mut self) -> usize {
        std::mem::replace(&mut self.floor, self.open.len())
    }

    /// Ends an element and closes all raw elements opened in it.
    pub(super) fn leave(&mut self, out: &mut String, outer: usize) {
        self.close_to(out, self.floor);
        self.floor = outer;
    }

    /// Whether a raw link is open.
    pub(super) fn in_link(&self) -> bool {
        self.open.contains(&"a")
    }

    /// Appends a raw tag if it is allowed here.
    pub(super) fn push(&mut self, out: &mut String, literal: &str, in_link: bool) {
        let is_end = literal.starts_with("</");
        let name = super::tags::tag_name(literal).to_ascii_lowercase();
        if VOID.contains(&name.as_str()) {
            if !is_end {
                out.push_str(literal);
            }
            return;
        }
        let Some(known) = INLINE.into_iter().find(|known| *known == name) else { return };
        if is_end {
            if let Some(index) = self.open.iter().rposition(|open| *open == known).filter(|index| *index >= self.floor) {
                self.close_to(out, index);
            }
        } else if self.open.len() < MAX_DEPTH && !(known == "a" && (in_link || self.in_link())) {
            self.open.push(known);
            out.push_str(literal);
        }
    }

    fn close_to(&mut self, out: &mut String, length: usize) {
        while self.open.len() > length {
            if let Some(name) = self.open.pop() {
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
        }
    }
}
