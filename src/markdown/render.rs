//! Derives all that readers get from a body's Markdown.

use std::collections::{HashMap, HashSet};

use comrak::nodes::{ListType, Node, NodeValue};
use serde::{Deserialize, Serialize};

use super::block::{Align, Block, FootnoteItem, Piece, TocEntry};
use super::footnotes::Footnotes;
use super::sanitise::{Clean, Sanitiser, admit, free_mark};
use super::source::Source;
use super::split::{Part, with_parts};
use super::writer::Writer;
use super::{figures, tags, text};

/// What readers get of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rendered {
    /// The whole body as sanitised HTML, with places for its images.
    pub(crate) html: String,
    /// The same as blocks.
    pub(crate) blocks: Vec<Block>,
    /// Its headings.
    pub(crate) toc: Vec<TocEntry>,
    /// The ids of the images in it, in order, each once.
    pub(crate) images: Vec<String>,
    /// How many words it has, without code.
    pub(crate) words: u32,
    /// How its first paragraph begins.
    pub(crate) excerpt: String,
}

/// Derives everything from Markdown. Takes any text; what [`super::check()`] refuses takes longer and is rendered flatter.
pub(crate) fn render(markdown: &str) -> Rendered {
    with_parts(markdown, |parts| {
        let mark = free_mark(parts);
        let sanitiser = Sanitiser::new(&mark);
        let notes = Footnotes::of(parts);
        let mut body = Body {
            sanitiser: &sanitiser,
            writer: Writer::new(&sanitiser, &notes.numbers),
            anchors: HashMap::new(),
            taken: HashSet::new(),
            rendered: Rendered { images: images(parts), ..Rendered::default() },
        };
        for part in parts {
            body.part(part);
        }
        body.footnotes(parts, &notes);
        body.rendered
    })
}

struct Body<'w, 'm> {
    sanitiser: &'w Sanitiser<'m>,
    writer: Writer<'w, 'm>,
    /// The last number given to each anchor that is wanted more than once.
    anchors: HashMap<String, usize>,
    taken: HashSet<String>,
    rendered: Rendered,
}

impl Body<'_, '_> {
    fn part(&mut self, part: &Part<'_>) {
        let node = part.node;
        let block = match part.source.clone() {
            Source::Paragraph(markdown) => self.paragraph(node, markdown),
            Source::Heading { level, markdown } => self.heading(node, level, markdown),
            Source::List(markdown) => self.list(node, markdown),
            Source::Quote(markdown) => {
                let (html, text) = self.whole("blockquote", "p", node);
                Block::Quote { markdown, html, text }
            }
            Source::Code { language, code } => self.code(node, language, code),
            Source::Table(markdown) => self.table(node, markdown),
            Source::Html(markdown) => self.html(markdown),
            Source::Image { image, alt, caption } => {
                self.add(&figures::image(&image, &alt, caption.as_deref()));
                Block::Image { image, alt, caption }
            }
            Source::Embed { provider, url, player } => {
                self.add(&figures::embed(provider, &url));
                Block::Embed { provider, url, embed_url: player }
            }
            Source::Ad(placement) => {
                self.add(&figures::ad(&placement));
                Block::Ad { placement }
            }
            Source::Rule => {
                self.add("<hr>\n");
                Block::Rule {}
            }
            Source::Footnote(_) => return,
        };
        self.rendered.blocks.push(block);
    }

    fn add(&mut self, html: &str) {
        self.rendered.html.push_str(html);
    }

    fn count(&mut self, text: &str) {
        self.rendered.words = self.rendered.words.saturating_add(text::words(text));
    }

    /// Sanitises what was written, and adds it to the body.
    fn finish(&mut self) -> Clean {
        let clean = self.sanitiser.finish(&std::mem::take(&mut self.writer.out));
        self.add(&clean.html);
        clean
    }

    /// A block that is one element: its inside as HTML and as text.
    fn whole(&mut self, name: &str, mark: &str, node: Node<'_>) -> (String, String) {
        self.writer.piece(name, mark, "", node, false);
        self.writer.out.push('\n');
        let text = text::of(node);
        self.count(&text);
        (self.finish().pieces.into_iter().next().unwrap_or_default(), text)
    }

    fn paragraph(&mut self, node: Node<'_>, markdown: String) -> Block {
        let (html, text) = self.whole("p", "p", node);
        if self.rendered.excerpt.is_empty() {
            self.rendered.excerpt = text::excerpt(&text);
        }
        Block::Paragraph { markdown, html, text }
    }

    fn heading(&mut self, node: Node<'_>, level: u8, markdown: String) -> Block {
        let anchor = self.anchor(&text::of(node));
        let (html, text) = self.whole(tags::heading_name(level), &format!("h:{anchor}"), node);
        self.rendered.toc.push(TocEntry { level, text: text.clone(), anchor: anchor.clone() });
        Block::Heading { level, markdown, html, text, anchor }
    }

    /// An anchor that no heading has yet: `name`, `name-2`, `name-3` …
    fn anchor(&mut self, text: &str) -> String {
        let head: String = text.chars().take(80).collect();
        let mut stem = crate::db::slugified(&head);
        if stem.is_empty() {
            "section".clone_into(&mut stem);
        }
        let number = self.anchors.entry(stem.clone()).or_insert(0);
        loop {
            *number += 1;
            let anchor = if *number == 1 { stem.clone() } else { format!("{stem}-{number}") };
            if self.taken.insert(anchor.clone()) {
                return anchor;
            }
        }
    }

    fn list(&mut self, node: Node<'_>, markdown: String) -> Block {
        let NodeValue::List(list) = node.data().value.clone() else { return Block::Rule {} };
        self.writer.list(&list, node, "p");
        let texts = node.children().map(text::of);
        let items = self.pieces(texts.collect());
        let ordered = list.list_type == ListType::Ordered;
        Block::List { ordered, start: u32::try_from(list.start).ok().filter(|_| ordered), markdown, items }
    }

    /// The pieces that were written, with these texts.
    fn pieces(&mut self, texts: Vec<String>) -> Vec<Piece> {
        let mut htmls = self.finish().pieces.into_iter();
        let piece = |text: String| {
            self.count(&text);
            Piece { html: htmls.next().unwrap_or_default(), text }
        };
        texts.into_iter().map(piece).collect()
    }

    fn table(&mut self, node: Node<'_>, markdown: String) -> Block {
        self.writer.table(node, "p");
        let texts = node.children().flat_map(comrak::nodes::AstNode::children).map(text::of);
        let mut cells = self.pieces(texts.collect()).into_iter();
        let mut rows = node.children().map(|row| cells.by_ref().take(row.children().count()).collect::<Vec<_>>());
        let headers = rows.next().unwrap_or_default();
        Block::Table { markdown, headers, align: alignments(node), rows: rows.collect() }
    }

    fn code(&mut self, node: Node<'_>, language: Option<String>, code: String) -> Block {
        if let NodeValue::CodeBlock(value) = &node.data().value {
            self.writer.code_block(value);
        }
        self.finish();
        Block::Code { language, code }
    }

    fn html(&mut self, markdown: String) -> Block {
        self.writer.out.push_str(&admit(&markdown));
        let html = self.finish().html;
        self.add("\n");
        self.count(&text::of_html(&html));
        Block::Html { markdown, html }
    }

    fn footnotes(&mut self, parts: &[Part<'_>], notes: &Footnotes<'_>) {
        let definitions = parts.iter().filter_map(|part| match &part.source {
            Source::Footnote(markdown) => Some(markdown.as_str()),
            _ => None,
        });
        let markdown = definitions.collect::<Vec<_>>().join("\n\n");
        if markdown.is_empty() {
            return;
        }
        for definition in &notes.noted {
            self.writer.piece("div", "p", "", definition, false);
        }
        let clean = self.sanitiser.finish(&std::mem::take(&mut self.writer.out));
        let item =
            |(index, html): (usize, String)| FootnoteItem { label: (index + 1).to_string(), anchor: format!("fn:{}", index + 1), html };
        let items: Vec<FootnoteItem> = clean.pieces.into_iter().enumerate().map(item).collect();
        for definition in &notes.noted {
            self.count(&text::of(definition));
        }
        self.note_section(&items);
        self.rendered.blocks.push(Block::Footnotes { markdown, items });
    }

    fn note_section(&mut self, items: &[FootnoteItem]) {
        if items.is_empty() {
            return;
        }
        self.add("<section data-footnotes><ol>\n");
        for FootnoteItem { label, anchor, html } in items {
            self.add(&format!("<li id=\"{anchor}\">{html} <a href=\"#fnref:{label}\">↩</a></li>\n"));
        }
        self.add("</ol></section>\n");
    }
}

fn alignments(node: Node<'_>) -> Vec<Align> {
    match &node.data().value {
        NodeValue::Table(table) => table.alignments.iter().map(Align::from).collect(),
        _ => Vec::new(),
    }
}

/// The images of the library that the parts show.
fn images(parts: &[Part<'_>]) -> Vec<String> {
    let mut known = HashSet::new();
    let image = |node: Node<'_>| match &node.data().value {
        NodeValue::Image(link) => tags::image_id(&link.url),
        _ => None,
    };
    parts.iter().flat_map(|part| part.node.descendants()).filter_map(image).filter(|id| known.insert(id.clone())).collect()
}
