//! Plain text of nodes, and excerpts.

use std::fmt::Write as _;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{ListType, Node, NodeValue};

use super::escape::one_line;

/// The approximate length of an excerpt, in characters.
pub(super) const EXCERPT: usize = 200;

/// The text of a node, one line per block.
pub(super) fn of(node: Node<'_>) -> String {
    collect(node, false)
}

/// The text of a node as readers see it: raw HTML as written, with line ends, item numbers and thematic breaks.
pub(super) fn as_shown(node: Node<'_>) -> String {
    collect(node, true)
}

fn collect(node: Node<'_>, as_shown: bool) -> String {
    let mut text = TextCollector { out: String::new(), as_shown, numbers: Vec::new() };
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(node) => text.begin(&node.data().value),
            NodeEdge::End(node) => text.end(&node.data().value),
        }
    }
    text.out.trim().to_owned()
}

struct TextCollector {
    out: String,
    as_shown: bool,
    /// The next item number of each open list.
    numbers: Vec<usize>,
}

impl TextCollector {
    fn begin(&mut self, value: &NodeValue) {
        match value {
            NodeValue::Text(text) => self.out.push_str(text),
            NodeValue::Code(code) => self.out.push_str(&code.literal),
            NodeValue::CodeBlock(code) => self.out.push_str(&code.literal),
            NodeValue::HtmlInline(literal) if self.as_shown => self.out.push_str(literal),
            NodeValue::HtmlBlock(html) if self.as_shown => self.out.push_str(&html.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.out.push(if self.as_shown { '\n' } else { ' ' }),
            NodeValue::ThematicBreak if self.as_shown => self.out.push_str("---"),
            NodeValue::List(list) => self.numbers.push(list.start),
            NodeValue::Item(item) if self.as_shown && item.list_type == ListType::Ordered => self.number(),
            _ => {}
        }
    }

    fn number(&mut self) {
        if let Some(number) = self.numbers.last_mut() {
            let _ = write!(self.out, "{number}. ");
            *number += 1;
        }
    }

    fn end(&mut self, value: &NodeValue) {
        if matches!(value, NodeValue::List(_)) {
            self.numbers.pop();
        }
        if value.block() && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

/// The text of inline nodes, on one line.
pub(super) fn of_inlines(node: Node<'_>) -> String {
    one_line(&of(node))
}

/// The beginning of a text, cut after a word.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = text.char_indices().nth(EXCERPT) else { return text };
    let head = text.get(..end).unwrap_or_default();
    // The character after the cut tells whether the last word is complete.
    let whole = if text.get(end..).is_some_and(|rest| rest.starts_with(' ')) {
        head
    } else {
        head.rsplit_once(' ').map_or(head, |(words, _)| words)
    };
    format!(
        "{}…",
        whole.trim_end_matches(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | ':' | '.' | '–' | '—' | '-'))
    )
}
