//! Warnings about content that readers do not get: elements that the sanitiser removes, and unusable URLs. HTML comments cause no
//! warnings.

use std::collections::HashSet;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::footnotes::NotShown;
use super::raw_html::{RawHtml, RawTag};
use super::source::BlockSource;
use super::split::Part;
use super::writer::MAX_ALT_LENGTH;
use super::{raw_tags, sanitise, tags, text};

/// The maximum number of warnings.
pub(crate) const MAX_WARNINGS: usize = 50;
/// The maximum length of a name or URL in a warning, in characters.
const MAX_SHOWN: usize = 80;

/// A part of the article text that readers do not get. The text itself is stored as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ArticleWarning)]
pub(crate) struct Warning {
    /// A JSON pointer to the block of the response's `body.blocks` that the warning is about.
    #[schema(example = "/body/blocks/3")]
    pub(crate) pointer: String,
    /// The kind of problem: `element_removed`, `attribute_removed`, `address_removed`, `unknown_placement`, `ad_not_shown`,
    /// `footnote_not_shown` or `text_cut`.
    #[schema(example = "element_removed")]
    pub(crate) code: String,
    /// A sentence that explains the problem.
    #[schema(example = "The element <iframe> was removed with its content.")]
    pub(crate) detail: String,
}

impl Warning {
    /// Creates a warning about the block at an index.
    pub(crate) fn at(block: usize, code: &str, detail: String) -> Self {
        Self { pointer: format!("/body/blocks/{block}"), code: code.to_owned(), detail }
    }
}

/// The warnings of one body. Each problem is reported once per block.
#[derive(Default)]
pub(super) struct Warnings {
    pub(super) list: Vec<Warning>,
    /// Image names that are not ids, each with its block number.
    pub(super) unknown_images: Vec<(usize, String)>,
    seen: HashSet<String>,
    block: usize,
}

impl Warnings {
    /// Checks the part that becomes the block with this number.
    pub(super) fn read(&mut self, block: usize, part: &Part<'_>) {
        self.begin(block);
        if !matches!(part.source, BlockSource::Ad(_)) {
            part.nodes().for_each(|node| self.all(node));
        }
    }

    /// Checks the footnotes, which are the last block.
    pub(super) fn read_notes<'n>(&mut self, block: usize, notes: impl Iterator<Item = Node<'n>>) {
        self.begin(block);
        notes.for_each(|node| self.all(node));
    }

    fn begin(&mut self, block: usize) {
        self.block = block;
        self.seen.clear();
    }

    /// Checks a node and all nodes inside it. An image inside an image is only a part of its alternative text.
    fn all(&mut self, root: Node<'_>) {
        let mut open_images = 0_usize;
        for edge in root.traverse() {
            match edge {
                NodeEdge::Start(node) => {
                    if let NodeValue::Image(link) = &node.data().value {
                        if open_images == 0 {
                            self.alt(node, &link.url);
                        }
                        open_images += 1;
                    }
                    self.node(node);
                }
                NodeEdge::End(node) if matches!(node.data().value, NodeValue::Image(_)) => open_images -= 1,
                NodeEdge::End(_) => {}
            }
        }
    }

    fn node(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::HtmlBlock(html) => self.block(&html.literal),
            NodeValue::HtmlInline(html) => RawHtml::of(html).for_each(|tag| self.tag(&tag, raw_tags::is_inline(&tag.name), false)),
            NodeValue::Link(link) => self.address("a", "href", &link.url),
            NodeValue::Image(link) => self.image(&link.url),
            NodeValue::Paragraph => self.misplaced_ad(node),
            _ => {}
        }
    }

    /// Warns of a footnote that readers do not get.
    pub(super) fn unused_note(&mut self, name: &str, why: NotShown) {
        let why = match why {
            NotShown::NotReferredTo => "nothing refers to it",
            NotShown::Repeated => "an earlier footnote has the same name",
        };
        self.push("footnote_not_shown", &format!("{name} {why}"), || format!("The footnote {:?} is not shown: {why}.", shown(name)));
    }

    fn alt(&mut self, node: Node<'_>, url: &str) {
        if text::of_inlines(node).chars().count() > MAX_ALT_LENGTH {
            let detail = || format!("The alternative text of {:?} was cut after {MAX_ALT_LENGTH} characters.", shown(url));
            self.push("text_cut", url, detail);
        }
    }

    fn image(&mut self, url: &str) {
        if tags::image_id(url).is_some() {
            return;
        }
        match url.strip_prefix("image:") {
            Some(name) if self.unknown_images.len() < MAX_WARNINGS => self.unknown_images.push((self.block, shown(name))),
            Some(_) => {}
            None => self.address("img", "src", url),
        }
    }

    /// Warns of ad notation that is not a paragraph of its own or has an invalid key; readers see it as text.
    fn misplaced_ad(&mut self, node: Node<'_>) {
        let Some(first) = node.first_child() else { return };
        if let NodeValue::Text(text) = &first.data().value
            && text.starts_with("::ad{")
            && text.trim_end().ends_with('}')
            && first.next_sibling().is_none()
        {
            let detail = format!("{} is shown as text: an ad must be a paragraph of its own, outside lists, quotes and HTML.", shown(text));
            self.push("ad_not_shown", text, || detail);
        }
    }

    fn block(&mut self, html: &str) {
        let mut raw = RawHtml::of(html);
        for tag in raw.by_ref() {
            self.tag(&tag, sanitise::keeps(&tag.name), sanitise::goes_with_content(&tag.name));
        }
        if raw.is_open && !html.trim_start().starts_with("<!--") {
            self.push("element_removed", "", || {
                "A tag or element that is never closed was removed, with the rest of its block.".to_owned()
            });
        }
    }

    fn tag(&mut self, tag: &RawTag<'_>, stays: bool, with_content: bool) {
        let name = tag.name.as_str();
        if name == "!" {
            return self.push("element_removed", "!", || "A declaration or processing instruction was removed.".to_owned());
        }
        if tag.is_end {
            return;
        }
        if !stays {
            let rest = if with_content { "was removed with its content" } else { "was removed; its text stays" };
            return self.push("element_removed", name, || format!("The element <{}> {rest}.", shown(name)));
        }
        for (attribute, value) in &tag.attributes {
            if sanitise::keeps_attribute(name, attribute, value) {
                self.address(name, attribute, value);
            } else {
                let known = format!("{name} {attribute}");
                self.push("attribute_removed", &known, || format!("The attribute {:?} of <{name}> was removed.", shown(attribute)));
            }
        }
    }

    fn address(&mut self, element: &str, attribute: &str, address: &str) {
        if sanitise::keeps_address(element, attribute, address) {
            return;
        }
        let detail = || match element {
            "img" => format!(
                "An image needs a URL with http: or https: or, in Markdown, image:ID; the image with {:?} was removed.",
                shown(address)
            ),
            _ => format!("A link needs a path or a URL with http:, https:, mailto: or tel:; {:?} was removed.", shown(address)),
        };
        self.push("address_removed", &format!("{element} {address}"), detail);
    }

    fn push(&mut self, code: &str, what: &str, detail: impl FnOnce() -> String) {
        if self.list.len() < MAX_WARNINGS && self.seen.insert(format!("{code} {what}")) {
            self.list.push(Warning::at(self.block, code, detail()));
        }
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
