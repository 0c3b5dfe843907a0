//! Derives blocks, HTML and metadata from a body's Markdown.

use std::collections::{HashMap, HashSet};

use comrak::nodes::{ListType, Node, NodeValue};
use serde::{Deserialize, Serialize};

use super::block::{Align, Block, BlockPiece, FootnoteItem, TocEntry};
use super::footnotes::Footnotes;
use super::html_text::Lead;
use super::measure::Measure;
use super::sanitise::{Clean, Sanitiser, admit, free_mark};
use super::source::BlockSource;
use super::split::{Part, with_parts};
use super::warnings::{Warning, Warnings};
use super::writer::BlockWriter;
use super::{figures, html_text, tags, text};

/// The amount of text that is kept for the excerpt: far more than an excerpt needs, even after leading white space. Some functions
/// count it in characters, others in bytes.
const ENOUGH: usize = 20 * text::EXCERPT;

/// Everything that is derived from a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rendered {
    /// The whole body as sanitised HTML, with placeholders for its images.
    pub(crate) html: String,
    /// The body as blocks.
    pub(crate) blocks: Vec<Block>,
    /// The table of contents.
    pub(crate) toc: Vec<TocEntry>,
    /// The ids of the images in the body, in order and without duplicates.
    pub(crate) images: Vec<String>,
    /// The number of words, code excluded.
    pub(crate) words: u32,
    /// The reading time in minutes; 0 in renderings that were stored before this member existed.
    #[serde(default)]
    pub(crate) minutes: u32,
    /// The beginning of the first paragraph or, if there is none, of the first other text; empty if the body has no text.
    pub(crate) excerpt: String,
    /// Warnings about content that readers do not get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Warning>,
    /// Names after `image:` that are not ids, each with its block number. They are not stored, so only a fresh rendering has them.
    #[serde(skip)]
    pub(crate) unknown_images: Vec<(usize, String)>,
}

/// Derives everything from Markdown. Accepts any text, but text that [`super::check()`] rejects takes longer and loses deep nesting.
pub(crate) fn render(markdown: &str) -> Rendered {
    with_parts(markdown, |parts| {
        let mark = free_mark(parts);
        let sanitiser = Sanitiser::new(&mark);
        let notes = Footnotes::of(parts);
        let mut body = BlockRenderer {
            sanitiser: &sanitiser,
            writer: BlockWriter::new(&sanitiser, &notes.numbers),
            anchors: HashMap::new(),
            taken: HashSet::new(),
            measure: Measure::default(),
            lead: Lead::default(),
            warnings: Warnings::default(),
            rendered: Rendered { images: images(parts), ..Rendered::default() },
        };
        for part in parts {
            body.part(part);
        }
        body.footnotes(parts, &notes);
        body.done()
    })
}

struct BlockRenderer<'w, 'm> {
    sanitiser: &'w Sanitiser<'m>,
    writer: BlockWriter<'w, 'm>,
    /// The last number given to each anchor, if several headings have the same text.
    anchors: HashMap<String, usize>,
    taken: HashSet<String>,
    measure: Measure,
    lead: Lead,
    warnings: Warnings,
    rendered: Rendered,
}

impl BlockRenderer<'_, '_> {
    fn part(&mut self, part: &Part<'_>) {
        let node = part.node;
        let block = match part.source.clone() {
            BlockSource::Paragraph(markdown) => self.paragraph(node, markdown),
            BlockSource::Heading { level, markdown } => self.heading(node, level, markdown),
            BlockSource::List(markdown) => self.list(node, markdown),
            BlockSource::Quote(markdown) => {
                let (html, text) = self.whole("blockquote", "p", node);
                self.lead(Lead { other: head(&text), ..Lead::default() });
                Block::Quote { markdown, html, text }
            }
            BlockSource::Code { language, code } => self.code(node, language, code),
            BlockSource::Table(markdown) => self.table(node, markdown),
            BlockSource::Html(markdown) => self.html(part, markdown),
            BlockSource::Image { image, alt, caption } => {
                self.add(&figures::image(&image, &alt, caption.as_deref()));
                Block::Image { image, alt, caption }
            }
            BlockSource::Embed { provider, url, player } => {
                self.add(&figures::embed(provider, &url));
                Block::Embed { provider, url, embed_url: player }
            }
            BlockSource::Ad(placement) => {
                self.add(&figures::ad(&placement));
                Block::Ad { placement }
            }
            BlockSource::Rule => {
                self.add("<hr>\n");
                Block::Rule {}
            }
            BlockSource::Footnote(_) => return,
        };
        self.warnings.read(self.rendered.blocks.len(), part);
        self.rendered.blocks.push(block);
    }

    fn add(&mut self, html: &str) {
        self.rendered.html.push_str(html);
    }

    fn count(&mut self, text: &str) {
        self.measure.add(text);
    }

    /// Records the first words of the body for the excerpt.
    fn lead(&mut self, lead: Lead) {
        let Lead { paragraph, other, heading } = lead;
        for (known, found) in [(&mut self.lead.paragraph, paragraph), (&mut self.lead.other, other), (&mut self.lead.heading, heading)] {
            if known.trim().is_empty() {
                *known = found;
            }
        }
    }

    fn done(self) -> Rendered {
        let Self { measure, lead, warnings, mut rendered, .. } = self;
        let first = [lead.paragraph, lead.other, lead.heading].into_iter().find(|text| !text.trim().is_empty());
        rendered.excerpt = text::excerpt(&first.unwrap_or_default());
        (rendered.words, rendered.minutes) = (measure.words(), measure.minutes());
        (rendered.warnings, rendered.unknown_images) = (warnings.list, warnings.unknown_images);
        rendered
    }

    /// Sanitises the written HTML and adds it to the body.
    fn finish(&mut self) -> Clean {
        let clean = self.sanitiser.finish(&std::mem::take(&mut self.writer.out));
        self.add(&clean.html);
        clean
    }

    /// Renders a block that is a single element; returns its inner HTML and its text.
    fn whole(&mut self, name: &str, mark: &str, node: Node<'_>) -> (String, String) {
        self.writer.piece(name, mark, "", node, false);
        self.writer.out.push('\n');
        let text = text::of(node);
        self.count(&text);
        (self.finish().pieces.into_iter().next().unwrap_or_default(), text)
    }

    fn paragraph(&mut self, node: Node<'_>, markdown: String) -> Block {
        let (html, text) = self.whole("p", "p", node);
        self.lead(Lead { paragraph: head(&text), ..Lead::default() });
        Block::Paragraph { markdown, html, text }
    }

    fn heading(&mut self, node: Node<'_>, level: u8, markdown: String) -> Block {
        let anchor = self.anchor(&text::of(node));
        let (html, text) = self.whole(tags::heading_name(level), &format!("h:{anchor}"), node);
        self.lead(Lead { heading: head(&text), ..Lead::default() });
        self.rendered.toc.push(TocEntry { level, text: text.clone(), anchor: anchor.clone() });
        Block::Heading { level, markdown, html, text, anchor }
    }

    /// Makes an anchor that no other heading has: `name`, `name-2`, `name-3` …
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
        self.lead(Lead { other: words_of(&items), ..Lead::default() });
        let ordered = list.list_type == ListType::Ordered;
        Block::List { ordered, start: u32::try_from(list.start).ok().filter(|_| ordered), markdown, items }
    }

    /// The sanitised pieces, combined with their texts.
    fn pieces(&mut self, texts: Vec<String>) -> Vec<BlockPiece> {
        let mut htmls = self.finish().pieces.into_iter();
        let piece = |text: String| {
            self.count(&text);
            BlockPiece { html: htmls.next().unwrap_or_default(), text }
        };
        texts.into_iter().map(piece).collect()
    }

    fn table(&mut self, node: Node<'_>, markdown: String) -> Block {
        self.writer.table(node, "p");
        let texts = node.children().flat_map(comrak::nodes::AstNode::children).map(text::of);
        let cells = self.pieces(texts.collect());
        self.lead(Lead { other: words_of(&cells), ..Lead::default() });
        let mut cells = cells.into_iter();
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

    fn html(&mut self, part: &Part<'_>, markdown: String) -> Block {
        if part.rest.is_empty() {
            self.writer.out.push_str(&admit(&markdown));
        } else {
            self.writer.unit(part.nodes());
        }
        let clean = self.sanitiser.finish(&std::mem::take(&mut self.writer.out)).html;
        let (html, toc) = html_text::with_anchors(&clean, |text| self.anchor(text));
        self.rendered.toc.extend(toc);
        self.add(&html);
        self.add("\n");
        self.lead(html_text::lead(&html, ENOUGH));
        self.count(&html_text::text(&html));
        Block::Html { markdown, html }
    }

    fn footnotes<'a>(&mut self, parts: &[Part<'a>], notes: &Footnotes<'a>) {
        let definitions = parts.iter().filter_map(|part| match &part.source {
            BlockSource::Footnote(markdown) => Some(markdown.as_str()),
            _ => None,
        });
        let markdown = definitions.collect::<Vec<_>>().join("\n\n");
        if markdown.is_empty() {
            return;
        }
        let definitions = parts.iter().filter(|part| matches!(part.source, BlockSource::Footnote(_))).map(|part| part.node);
        self.warnings.read_notes(self.rendered.blocks.len(), definitions);
        notes.unused(parts).iter().for_each(|(name, why)| self.warnings.unused_note(name, *why));
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

/// The beginning of a text, long enough for an excerpt.
fn head(text: &str) -> String {
    text.char_indices().nth(ENOUGH).map_or(text, |(end, _)| text.get(..end).unwrap_or_default()).to_owned()
}

/// The first words of list items or table cells.
fn words_of(pieces: &[BlockPiece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        if out.len() >= ENOUGH {
            break;
        }
        out.push_str(&piece.text);
        out.push(' ');
    }
    head(&out)
}

fn alignments(node: Node<'_>) -> Vec<Align> {
    match &node.data().value {
        NodeValue::Table(table) => table.alignments.iter().map(Align::from).collect(),
        _ => Vec::new(),
    }
}

/// The ids of library images that the parts show.
fn images(parts: &[Part<'_>]) -> Vec<String> {
    let mut known = HashSet::new();
    let image = |node: Node<'_>| match &node.data().value {
        NodeValue::Image(link) => tags::image_id(&link.url),
        _ => None,
    };
    parts.iter().flat_map(Part::descendants).filter_map(image).filter(|id| known.insert(id.clone())).collect()
}
