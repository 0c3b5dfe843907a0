//! The only path from a writer's text to HTML: ammonia with a short allowlist, then the server's own attributes.
//!
//! The writer records those attributes in a marker attribute whose name occurs nowhere in the body's raw HTML. Attribute names cannot be
//! escaped, so nobody can forge the marker. The recorded values are inserted only after the sanitiser has processed everything.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use comrak::nodes::NodeValue;

use super::split::Part;
use super::tags;

const TAGS: &str = "a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 \
    h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th \
    thead time tr u ul var wbr";
/// Elements that are removed together with their content.
const CONTENT_TAGS: &str =
    "script style iframe noscript noembed noframes template textarea title svg math object embed applet xmp plaintext select frameset";
const ATTRIBUTES: [(&str, &[&str]); 9] = [
    ("a", &["href", "hreflang"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start", "reversed"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("del", &["datetime"]),
    ("ins", &["datetime"]),
    ("details", &["open"]),
];

/// The attributes that every element may have.
const GENERIC: [&str; 3] = ["title", "lang", "dir"];
const ALIGNMENTS: [&str; 3] = ["left", "center", "right"];
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The maximum cost of a block of raw HTML, as computed by [`tags::cost`].
pub(super) const MAX_COST: usize = 16_000_000;

/// A sanitiser that keeps the marker attribute.
pub(super) struct Sanitiser<'m> {
    mark: &'m str,
    builder: Builder<'m>,
}

/// Sanitised HTML, and the pieces that were marked in it.
#[derive(Default)]
pub(super) struct Clean {
    pub(super) html: String,
    pub(super) pieces: Vec<String>,
}

/// Returns whether an element is kept.
pub(super) fn keeps(element: &str) -> bool {
    TAGS.split_ascii_whitespace().any(|tag| tag == element)
}

/// Returns whether an element is removed together with its content.
pub(super) fn goes_with_content(element: &str) -> bool {
    CONTENT_TAGS.split_ascii_whitespace().any(|tag| tag == element)
}

/// Returns whether an attribute of a kept element is kept. `loading` and `rel` are always set by the server.
pub(super) fn keeps_attribute(element: &str, attribute: &str, value: &str) -> bool {
    let is_own = || ATTRIBUTES.into_iter().any(|(tag, names)| tag == element && names.contains(&attribute));
    let is_set_anew = matches!((element, attribute), ("img", "loading") | ("a", "rel"));
    let aligns = attribute == "align" && matches!(element, "td" | "th") && ALIGNMENTS.contains(&value);
    GENERIC.contains(&attribute) || is_set_anew || aligns || is_own()
}

/// Returns whether the URL in an attribute is allowed.
pub(super) fn keeps_address(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("img", "src") => tags::has_scheme(value, &["http", "https"]) == Some(true),
        ("a", "href") => tags::has_scheme(value, &SCHEMES) != Some(false),
        _ => true,
    }
}

/// Finds a name for the marker attribute that occurs in none of the raw HTML.
pub(super) fn free_mark(parts: &[Part<'_>]) -> String {
    const STEM: &str = "data-mh";
    let mut taken = HashSet::new();
    for node in parts.iter().flat_map(Part::descendants) {
        let (NodeValue::HtmlInline(literal) | NodeValue::HtmlBlock(comrak::nodes::NodeHtmlBlock { literal, .. })) = &node.data().value
        else {
            continue;
        };
        for rest in literal.to_ascii_lowercase().split(STEM).skip(1) {
            taken.insert(rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        }
    }
    // One candidate more than there are taken names, so one is free.
    let free = (0..=taken.len()).map(|number| number.to_string()).find(|number| !taken.contains(number));
    format!("{STEM}{}", free.unwrap_or_default())
}

/// Returns a block of raw HTML for the sanitiser. A block that would take too long is escaped instead, so that it shows as text.
pub(super) fn admit(html: &str) -> Cow<'_, str> {
    if tags::cost(html) <= MAX_COST {
        return Cow::Borrowed(html);
    }
    let mut escaped = String::new();
    super::escape::text(&mut escaped, html);
    Cow::Owned(escaped)
}

impl<'m> Sanitiser<'m> {
    /// Creates a sanitiser for articles, with the marker name from [`free_mark`].
    pub(super) fn new(mark: &'m str) -> Self {
        let mut builder = Builder::default();
        let aligned = || HashMap::from([("align", HashSet::from(ALIGNMENTS))]);
        builder
            .tags(TAGS.split(' ').collect())
            .clean_content_tags(CONTENT_TAGS.split(' ').collect())
            .generic_attributes(GENERIC.into_iter().chain([mark]).collect())
            .tag_attributes(ATTRIBUTES.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect())
            .tag_attribute_values(HashMap::from([("td", aligned()), ("th", aligned())]))
            .set_tag_attribute_value("img", "loading", "lazy")
            .url_schemes(HashSet::from(SCHEMES))
            .url_relative(UrlRelative::PassThrough)
            .link_rel(Some("noopener noreferrer"))
            .attribute_filter(|element, attribute, value| {
                let refused = element == "img" && !keeps_address(element, attribute, value);
                (!refused).then_some(value.into())
            });
        Self { mark, builder }
    }

    /// The name of the marker attribute.
    pub(super) fn mark(&self) -> &str {
        self.mark
    }

    /// Sanitises a piece of HTML; the result is well-formed.
    pub(super) fn clean(&self, html: &str) -> String {
        self.builder.clean(html).to_string()
    }

    /// Sanitises the written HTML, then inserts the recorded attributes.
    pub(super) fn finish(&self, html: &str) -> Clean {
        let cleaned = self.clean(html);
        let marked = format!(" {}=\"", self.mark);
        let mut rest = cleaned.as_str();
        let mut state = Finish { out: String::with_capacity(rest.len()), depth: 0, open: None, pieces: Vec::new() };
        while let Some(start) = rest.find('<') {
            let (before, tag_on) = rest.split_at(start);
            state.out.push_str(before);
            let (tag, after) = tag_on.split_at(tags::tag_length(tag_on).unwrap_or(tag_on.len()));
            state.tag(tag, &marked);
            rest = after;
        }
        state.out.push_str(rest);
        Clean { html: state.out, pieces: state.pieces }
    }
}

struct Finish {
    out: String,
    depth: usize,
    /// The start and the depth of the open piece.
    open: Option<(usize, usize)>,
    pieces: Vec<String>,
}

impl Finish {
    fn tag(&mut self, tag: &str, marked: &str) {
        if tag.starts_with("</") {
            self.depth = self.depth.saturating_sub(1);
            self.close_piece();
            self.out.push_str(tag);
            return;
        }
        let name = tags::tag_name(tag);
        let mark = tag.find(marked).and_then(|start| {
            let value = tag.get(start + marked.len()..)?;
            Some((start, value.split('"').next()?))
        });
        let Some((start, value)) = mark else {
            // An image whose source was rejected has no `src`, and is left out.
            if name != "img" || tag.contains(" src=\"") {
                self.out.push_str(tag);
                self.depth += usize::from(!tags::is_void(name));
            }
            return;
        };
        let (kind, noted) = value.split_once(':').unwrap_or((value, ""));
        if kind == "i" {
            // `data-image` is the first attribute, so that code can search for `<img data-image=`.
            self.out.push_str("<img");
        } else {
            self.out.push_str(tag.get(..start).unwrap_or_default());
        }
        self.note(kind, noted);
        if kind == "i" {
            self.out.push_str(tag.get("<img".len()..start).unwrap_or_default());
        }
        self.out.push_str(tag.get(start + marked.len() + value.len() + 1..).unwrap_or_default());
        if matches!(kind, "p" | "h") && self.open.is_none() {
            self.open = Some((self.out.len(), self.depth));
        }
        self.depth += usize::from(!tags::is_void(name));
    }

    fn note(&mut self, kind: &str, noted: &str) {
        let (before, after) = match kind {
            "h" | "r" => (" id=\"", "\""),
            "i" => (" data-image=\"", "\""),
            "c" => (" class=\"language-", "\""),
            _ => return,
        };
        for part in [before, noted, after] {
            self.out.push_str(part);
        }
    }

    fn close_piece(&mut self) {
        if let Some((start, depth)) = self.open
            && depth == self.depth
        {
            self.pieces.push(self.out.get(start..).unwrap_or_default().to_owned());
            self.open = None;
        }
    }
}
