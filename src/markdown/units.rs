//! Finds runs of blocks between the start tag and the end tag of one HTML element. Each run forms one block.
//!
//! `CommonMark` ends an HTML block at an empty line, so that an element can contain Markdown (0.31, HTML blocks, kind 6). The element stays
//! whole only if the entire run is sanitised together.

use std::collections::HashMap;

use comrak::nodes::{Node, NodeValue};

use super::raw_html::RawHtml;
use super::sanitise::MAX_COST;
use super::tags::{self, Weight};

/// Elements that can contain blocks. Elements with an optional end tag occur only inside one of them.
const CONTAINERS: [&str; 10] = ["aside", "blockquote", "details", "div", "dl", "figure", "ol", "section", "table", "ul"];
/// The maximum length of a run; the blocks of a longer run stay separate.
const MAX_UNIT_BYTES: usize = 80_000;

/// The indexes of the first and the last node of a run.
pub(super) type Run = (usize, usize);

/// Finds the outermost runs of a body, in order. An element that is never closed forms no run.
pub(super) fn find(nodes: &[Node<'_>], lines: &[&str]) -> Vec<Run> {
    let mut elements = Elements::default();
    let mut weights = vec![Weight::default()];
    for (index, node) in nodes.iter().enumerate() {
        let mut weight = weights.last().copied().unwrap_or_default();
        if let NodeValue::HtmlBlock(block) = &node.data().value {
            weight.add(tags::weight(&block.literal));
            // HTML blocks of other kinds contain their own end and no element.
            if matches!(block.block_type, 6 | 7) && elements.read(index, &block.literal) {
                weight.is_open += 1;
            }
        }
        weights.push(weight);
    }
    let mut runs = elements.runs;
    if runs.is_empty() {
        return runs;
    }
    runs.sort_unstable_by_key(|(first, last)| (*first, std::cmp::Reverse(*last)));
    let bounds = Bounds { weights, bytes: bytes(nodes, lines) };
    outermost(runs, |run| bounds.admit(run))
}

/// Keeps runs that are not part of another run. A run that ends in the block where the next one begins is merged with it.
fn outermost(runs: Vec<Run>, admit: impl Fn(Run) -> bool) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    for (first, last) in runs {
        match found.last_mut() {
            Some(before) if first <= before.1 && last > before.1 && admit((before.0, last)) => before.1 = last,
            Some(before) if first <= before.1 => {}
            _ if admit((first, last)) => found.push((first, last)),
            _ => {}
        }
    }
    found
}

/// The open elements.
#[derive(Default)]
struct Elements {
    open: Vec<(&'static str, usize)>,
    counts: HashMap<&'static str, usize>,
    runs: Vec<Run>,
}

impl Elements {
    /// Reads a block of HTML. Returns whether the block ends inside an element or a comment, which would hide the text after it.
    fn read(&mut self, index: usize, html: &str) -> bool {
        let mut raw = RawHtml::of(html);
        for tag in raw.by_ref() {
            let Some(name) = CONTAINERS.into_iter().find(|known| *known == tag.name) else { continue };
            if tag.is_end {
                self.close(name, index);
            } else {
                self.open.push((name, index));
                *self.counts.entry(name).or_default() += 1;
            }
        }
        raw.is_open
    }

    /// Closes the innermost element of this name and all elements in it. An end tag without a start tag is ignored.
    fn close(&mut self, name: &'static str, index: usize) {
        if self.counts.get(name).copied().unwrap_or_default() == 0 {
            return;
        }
        while let Some((inner, first)) = self.open.pop() {
            if let Some(count) = self.counts.get_mut(inner) {
                *count = count.saturating_sub(1);
            }
            if inner == name {
                if first < index {
                    self.runs.push((first, index));
                }
                return;
            }
        }
    }
}

/// Cumulative sums before each node; they decide whether a run may be sanitised as one.
struct Bounds {
    weights: Vec<Weight>,
    bytes: Vec<usize>,
}

impl Bounds {
    fn admit(&self, (first, last): Run) -> bool {
        let at = |index: usize| self.weights.get(index).copied().unwrap_or_default();
        let length = |index: usize| self.bytes.get(index).copied().unwrap_or_default();
        let bytes = length(last + 1).saturating_sub(length(first));
        let weight = at(last + 1).since(at(first));
        // An element that the last node leaves open cannot hide any part of the run.
        let swallows = at(last).since(at(first)).is_open > 0;
        bytes <= MAX_UNIT_BYTES && !swallows && weight.cost(bytes) <= MAX_COST
    }
}

/// The number of bytes before each node, and before the end.
fn bytes(nodes: &[Node<'_>], lines: &[&str]) -> Vec<usize> {
    let mut sums = vec![0];
    for line in lines {
        sums.push(sums.last().copied().unwrap_or_default() + line.len() + 1);
    }
    let all = sums.last().copied().unwrap_or_default();
    let before = |node: &Node<'_>| sums.get(node.data().sourcepos.start.line.saturating_sub(1)).copied().unwrap_or(all);
    nodes.iter().map(before).chain([all]).collect()
}
