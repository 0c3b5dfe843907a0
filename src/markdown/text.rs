//! Plain text: what the blocks say without markup, how long it is, and its beginning.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeValue};

use super::escape::one_line;

/// What is read in a minute.
const WORDS_PER_MINUTE: u32 = 230;
/// About how many characters an excerpt has.
const EXCERPT: usize = 200;

/// How long reading takes, at least a minute.
pub(crate) fn reading_minutes(words: u32) -> u32 {
    words.div_ceil(WORDS_PER_MINUTE).max(1)
}

/// The text of a node, a line for each block in it.
pub(super) fn of(node: Node<'_>) -> String {
    collect(node, false)
}

/// The same where raw HTML is shown as it was typed, and lines stay lines.
pub(super) fn as_shown(node: Node<'_>) -> String {
    collect(node, true)
}

fn collect(node: Node<'_>, as_shown: bool) -> String {
    let mut out = String::new();
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(node) => match &node.data().value {
                NodeValue::Text(text) => out.push_str(text),
                NodeValue::Code(code) => out.push_str(&code.literal),
                NodeValue::CodeBlock(code) => out.push_str(&code.literal),
                NodeValue::HtmlInline(literal) if as_shown => out.push_str(literal),
                NodeValue::HtmlBlock(html) if as_shown => out.push_str(&html.literal),
                NodeValue::SoftBreak | NodeValue::LineBreak if as_shown => out.push('\n'),
                NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
                _ => {}
            },
            NodeEdge::End(node) => {
                if node.data().value.block() && !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
    out.trim().to_owned()
}

/// The text of inline nodes, on one line.
pub(super) fn of_inlines(node: Node<'_>) -> String {
    one_line(&of(node))
}

/// The text of HTML that the sanitiser wrote.
pub(super) fn of_html(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<') {
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        out.push(' ');
    }
    out
}

/// How many words a text has; of Chinese and Japanese, which have no spaces, every character is one.
pub(super) fn words(text: &str) -> u32 {
    let mut count: u32 = 0;
    for word in text.split_whitespace() {
        let signs = word.chars().filter(|letter| is_ideograph(*letter)).count();
        let rest = word.chars().any(|letter| letter.is_alphanumeric() && !is_ideograph(letter));
        count = count.saturating_add(u32::try_from(signs).unwrap_or(u32::MAX)).saturating_add(u32::from(rest));
    }
    count
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The beginning of a text, cut after a word.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = text.char_indices().nth(EXCERPT) else { return text };
    let head = text.get(..end).unwrap_or_default();
    // The letter at the cut tells whether the last word is whole.
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
