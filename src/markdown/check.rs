//! Limits of a body, far above any real article, that stop attacks on the parser and the sanitiser.

use comrak::nodes::{Node, NodeValue};

use super::sanitise::MAX_COST;
use super::source::BlockSource;
use super::split::{Part, with_parts};
use super::tags;

/// The maximum length of a body, in bytes.
const MAX_LENGTH: usize = 500_000;
/// The maximum length of one block's Markdown, in characters. The same limit applies to a posted block.
const MAX_BLOCK_LENGTH: usize = 100_000;
const MAX_BLOCKS: usize = 10_000;
const MAX_HTML_BLOCKS: usize = 1_000;
const MAX_DEPTH: usize = 50;
/// The maximum length of an image block's alternative text, in characters.
const MAX_ALT_LENGTH: usize = 2_000;
const MAX_CAPTION_LENGTH: usize = 5_000;
/// The maximum number of links and images together.
const MAX_LINKS: usize = 20_000;
const MAX_NOTES: usize = 5_000;
/// The maximum number of table cells and list items together.
const MAX_PIECES: usize = 50_000;
/// The maximum length of the URL of a link or an image, in bytes.
const MAX_URL_LENGTH: usize = 2_000;

/// Rejects a body that exceeds a limit; the error names the limit.
pub(crate) fn check(markdown: &str) -> Result<(), &'static str> {
    if markdown.len() > MAX_LENGTH {
        return Err("The body may have at most 500,000 bytes.");
    }
    if markdown.split(['\n', '\r']).any(|line| markers(line) > MAX_DEPTH) {
        return Err("Lists and quotes may be nested at most 50 levels deep.");
    }
    with_parts(markdown, bounds)
}

/// Counts the list and quote markers at the start of a line.
fn markers(line: &str) -> usize {
    let is_marker = |byte: &u8| matches!(byte, b'>' | b'-' | b'*' | b'+' | b' ' | b'\t' | b'.' | b')') || byte.is_ascii_digit();
    let head = line.bytes().take_while(is_marker);
    let mut count = 0;
    let mut before = b' ';
    for byte in head {
        // A list marker has a space before it and, unlike a thematic break or emphasis, one after it.
        let is_list = matches!(byte, b' ' | b'\t') && matches!(before, b'-' | b'*' | b'+' | b'.' | b')');
        count += usize::from(byte == b'>' || is_list);
        before = byte;
    }
    // Lines such as `* * *` are thematic breaks.
    let is_rule =
        line.bytes().all(|byte| matches!(byte, b'-' | b' ' | b'\t')) || line.bytes().all(|byte| matches!(byte, b'*' | b' ' | b'\t'));
    if is_rule { 0 } else { count }
}

fn bounds(parts: &[Part<'_>]) -> Result<(), &'static str> {
    if parts.len() > MAX_BLOCKS {
        return Err("The body may have at most 10,000 blocks.");
    }
    let notes = parts.iter().filter(|part| matches!(part.source, BlockSource::Footnote(_))).map(|part| part.source.length() + 2);
    if parts.iter().any(|part| part.source.length() > MAX_BLOCK_LENGTH) || notes.sum::<usize>() > MAX_BLOCK_LENGTH {
        return Err("A block of the body may have at most 100,000 characters.");
    }
    if parts.iter().any(is_long_image) {
        return Err("The alternative text of an image may have at most 2,000 characters, and its caption at most 5,000.");
    }
    counts(parts)?;
    if parts.iter().flat_map(Part::nodes).any(is_deep) {
        return Err("Lists and quotes may be nested at most 50 levels deep.");
    }
    Ok(())
}

/// Totals over all blocks of a body.
#[derive(Default)]
struct BodyCounts {
    html: usize,
    cost: usize,
    links: usize,
    notes: usize,
    pieces: usize,
    long: bool,
}

impl BodyCounts {
    fn add(&mut self, node: Node<'_>, in_unit: bool) {
        match &node.data().value {
            NodeValue::HtmlBlock(block) => {
                self.html += 1;
                if !in_unit {
                    self.cost = self.cost.saturating_add(tags::cost(&block.literal));
                }
            }
            NodeValue::Link(link) | NodeValue::Image(link) => {
                self.links += 1;
                self.long |= link.url.len() > MAX_URL_LENGTH || link.title.len() > MAX_CAPTION_LENGTH;
            }
            NodeValue::FootnoteReference(_) => self.notes += 1,
            NodeValue::TableCell | NodeValue::Item(_) => self.pieces += 1,
            _ => {}
        }
    }
}

fn counts(parts: &[Part<'_>]) -> Result<(), &'static str> {
    let mut counts = BodyCounts::default();
    for part in parts {
        let in_unit = !part.rest.is_empty();
        if let (true, BlockSource::Html(html)) = (in_unit, &part.source) {
            counts.cost = counts.cost.saturating_add(tags::cost(html));
        }
        part.descendants().for_each(|node| counts.add(node, in_unit));
    }
    if counts.html > MAX_HTML_BLOCKS || counts.cost > MAX_COST {
        return Err("The raw HTML of the body is too long or nested too deeply.");
    }
    if counts.links > MAX_LINKS || counts.notes > MAX_NOTES || counts.pieces > MAX_PIECES {
        return Err("The body may have at most 20,000 links, 5,000 footnote references, and 50,000 list items and table cells.");
    }
    if counts.long {
        return Err("The URL of a link may have at most 2,000 bytes, and its title at most 5,000.");
    }
    Ok(())
}

fn is_long_image(part: &Part<'_>) -> bool {
    match &part.source {
        BlockSource::Image { alt, caption, .. } => {
            alt.chars().count() > MAX_ALT_LENGTH || caption.as_ref().is_some_and(|caption| caption.chars().count() > MAX_CAPTION_LENGTH)
        }
        _ => false,
    }
}

/// Returns whether lists and quotes are nested deeper than the limit.
fn is_deep(root: Node<'_>) -> bool {
    let mut depth: usize = 0;
    for edge in root.traverse() {
        let (comrak::arena_tree::NodeEdge::Start(node) | comrak::arena_tree::NodeEdge::End(node)) = edge;
        if matches!(node.data().value, NodeValue::List(_) | NodeValue::BlockQuote | NodeValue::FootnoteDefinition(_)) {
            if matches!(edge, comrak::arena_tree::NodeEdge::Start(_)) {
                depth += 1;
            } else {
                depth = depth.saturating_sub(1);
            }
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}
