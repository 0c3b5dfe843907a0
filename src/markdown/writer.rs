//! Writes a syntax tree as HTML for the sanitiser. All text is escaped.

use std::collections::HashMap;

use comrak::nodes::{ListType, Node, NodeCodeBlock, NodeLink, NodeList, NodeValue};

use super::footnotes::Numbers;
use super::raw_tags::RawTags;
use super::sanitise::{Sanitiser, admit};
use super::{escape, raw_tags, split, tags, text};

/// The maximum nesting depth; deeper content is written as plain text.
const MAX_DEPTH: usize = 80;
/// The maximum length of an inline image's alternative text, in characters. For image blocks, [`super::check()`] has the limit.
pub(super) const MAX_ALT_LENGTH: usize = 2_000;
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Writes the blocks of one body, one after the other.
pub(super) struct BlockWriter<'w, 'm> {
    pub(super) out: String,
    sanitiser: &'w Sanitiser<'m>,
    notes: &'w Numbers,
    /// The number of references to each footnote so far.
    references: HashMap<usize, usize>,
    raw: RawTags,
    depth: usize,
    in_link: bool,
}

impl<'w, 'm> BlockWriter<'w, 'm> {
    pub(super) fn new(sanitiser: &'w Sanitiser<'m>, notes: &'w Numbers) -> Self {
        Self { out: String::new(), sanitiser, notes, references: HashMap::new(), raw: RawTags::default(), depth: 0, in_link: false }
    }

    /// Writes the marker attribute, which the sanitiser keeps.
    pub(super) fn mark(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        for part in [" ", self.sanitiser.mark(), "=\"", value, "\""] {
            self.out.push_str(part);
        }
    }

    /// Writes an element whose content is a piece of a block.
    pub(super) fn piece(&mut self, name: &str, mark: &str, extra: &str, node: Node<'_>, tight: bool) {
        self.out.push('<');
        self.out.push_str(name);
        self.mark(mark);
        self.out.push_str(extra);
        self.out.push('>');
        self.children(node, tight);
        self.end(name);
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn element(&mut self, name: &str, node: Node<'_>) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.children(node, false);
        self.end(name);
    }

    /// Writes the children of a node. Paragraphs in a tight list are written without `<p>`.
    pub(super) fn children(&mut self, node: Node<'_>, tight: bool) {
        if self.depth > MAX_DEPTH {
            escape::text(&mut self.out, &text::of(node));
            return;
        }
        self.depth += 1;
        let outer = self.raw.enter();
        for child in node.children() {
            self.node(child, tight);
        }
        self.raw.leave(&mut self.out, outer);
        self.depth -= 1;
    }

    /// Writes a run of blocks between the tags of one element. Formatting elements that an HTML block leaves open are closed at its end,
    /// because a browser would reopen them in each following paragraph.
    pub(super) fn unit<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>>) {
        for node in nodes {
            let NodeValue::HtmlBlock(html) = &node.data().value else {
                self.node(node, false);
                continue;
            };
            self.out.push_str(&admit(&html.literal));
            for name in raw_tags::left_open(&html.literal).into_iter().rev() {
                self.end(name);
            }
        }
    }

    fn node(&mut self, node: Node<'_>, tight: bool) {
        match &node.data().value {
            NodeValue::Text(text) => escape::text(&mut self.out, text),
            NodeValue::SoftBreak => self.out.push('\n'),
            NodeValue::LineBreak => self.out.push_str("<br>\n"),
            NodeValue::Code(code) => self.code(&code.literal),
            NodeValue::HtmlInline(literal) => self.raw.push(&mut self.out, literal, self.in_link),
            NodeValue::HtmlBlock(html) => self.out.push_str(&self.sanitiser.clean(&admit(&html.literal))),
            NodeValue::Emph => self.element("em", node),
            NodeValue::Strong => self.element("strong", node),
            NodeValue::Strikethrough => self.element("del", node),
            NodeValue::Link(link) => self.link(link, node),
            NodeValue::Image(link) => self.image(link, node),
            NodeValue::FootnoteReference(reference) => self.reference(&reference.name),
            NodeValue::Paragraph if tight => {
                self.children(node, false);
                if node.next_sibling().is_some() {
                    self.out.push('\n');
                }
            }
            NodeValue::Paragraph => self.block("p", node),
            NodeValue::Heading(heading) => self.block(tags::heading_name(heading.level), node),
            NodeValue::BlockQuote => self.block("blockquote", node),
            NodeValue::List(list) => self.list(list, node, ""),
            NodeValue::CodeBlock(code) => self.code_block(code),
            NodeValue::Table(_) => self.table(node, ""),
            NodeValue::ThematicBreak => self.out.push_str("<hr>\n"),
            _ => self.children(node, false),
        }
    }

    fn block(&mut self, name: &str, node: Node<'_>) {
        self.element(name, node);
        self.out.push('\n');
    }

    fn code(&mut self, literal: &str) {
        self.out.push_str("<code>");
        escape::text(&mut self.out, literal);
        self.out.push_str("</code>");
    }

    /// Writes a block of code.
    pub(super) fn code_block(&mut self, code: &NodeCodeBlock) {
        self.out.push_str("<pre><code");
        if let Some(language) = split::language(&code.info) {
            self.mark(&format!("c:{language}"));
        }
        self.out.push('>');
        escape::text(&mut self.out, &code.literal);
        self.out.push_str("</code></pre>\n");
    }

    /// Writes a list, with the marker on its items.
    pub(super) fn list(&mut self, list: &NodeList, node: Node<'_>, mark: &str) {
        let name = if list.list_type == ListType::Ordered { "ol" } else { "ul" };
        self.out.push('<');
        self.out.push_str(name);
        if list.list_type == ListType::Ordered && list.start != 1 {
            self.attribute("start", &list.start.to_string());
        }
        self.out.push_str(">\n");
        for item in node.children() {
            self.piece("li", mark, "", item, list.tight);
            self.out.push('\n');
        }
        self.end(name);
        self.out.push('\n');
    }

    /// Writes a table, with the marker on its cells.
    pub(super) fn table(&mut self, node: Node<'_>, mark: &str) {
        let NodeValue::Table(table) = &node.data().value else { return };
        self.out.push_str("<table>\n");
        for (index, row) in node.children().enumerate() {
            let (section, name) = if index == 0 { ("<thead>\n", "th") } else { ("<tbody>\n", "td") };
            if index < 2 {
                self.out.push_str(section);
            }
            self.out.push_str("<tr>");
            for (column, cell) in row.children().enumerate() {
                self.piece(name, mark, tags::alignment(table.alignments.get(column)), cell, false);
            }
            self.out.push_str("</tr>\n");
            if index == 0 {
                self.out.push_str("</thead>\n");
            }
        }
        if node.children().nth(1).is_some() {
            self.out.push_str("</tbody>\n");
        }
        self.out.push_str("</table>\n");
    }

    fn link(&mut self, link: &NodeLink, node: Node<'_>) {
        let refused = tags::has_scheme(&link.url, &SCHEMES) == Some(false);
        if refused || self.in_link || self.raw.in_link() {
            return self.children(node, false);
        }
        self.out.push_str("<a");
        self.attribute("href", &link.url);
        self.title(&link.title);
        self.out.push('>');
        self.in_link = true;
        self.children(node, false);
        self.in_link = false;
        self.end("a");
    }

    fn image(&mut self, link: &NodeLink, node: Node<'_>) {
        let alt: String = text::of_inlines(node).chars().take(MAX_ALT_LENGTH).collect();
        if let Some(id) = tags::image_id(&link.url) {
            self.out.push_str("<img");
            self.mark(&format!("i:{id}"));
        } else if tags::has_scheme(&link.url, &["http", "https"]) == Some(true) {
            self.out.push_str("<img");
            self.attribute("src", &link.url);
        } else {
            return escape::text(&mut self.out, &alt);
        }
        self.attribute("alt", &alt);
        self.title(&link.title);
        self.out.push('>');
    }

    fn title(&mut self, title: &str) {
        if !title.is_empty() {
            self.attribute("title", title);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        for part in [" ", name, "=\""] {
            self.out.push_str(part);
        }
        escape::html(&mut self.out, value);
        self.out.push('"');
    }

    /// Writes a footnote reference. A reference to a footnote that is defined within another block has no number, so it stays text.
    fn reference(&mut self, name: &str) {
        let Some(number) = self.notes.get(name) else {
            return escape::text(&mut self.out, &format!("[^{name}]"));
        };
        let count = self.references.entry(number).or_default();
        *count += 1;
        let id = if *count == 1 { format!("r:fnref:{number}") } else { format!("r:fnref:{number}-{count}") };
        self.out.push_str("<sup");
        self.mark(&id);
        let link = if self.in_link || self.raw.in_link() { number.to_string() } else { format!("<a href=\"#fn:{number}\">{number}</a>") };
        for part in [">", &link, "</sup>"] {
            self.out.push_str(part);
        }
    }
}
