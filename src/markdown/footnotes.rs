//! Finds footnotes and numbers them.

use std::collections::HashMap;

use comrak::nodes::{Node, NodeValue};

use super::split::Part;

/// The number of each footnote that is referred to, by name.
#[derive(Default)]
pub(super) struct Numbers(HashMap<String, usize>);

impl Numbers {
    /// The number of the footnote with this name.
    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.0.get(&key(name)).copied()
    }
}

/// The reason why readers do not get a footnote.
#[derive(Clone, Copy, Debug)]
pub(super) enum NotShown {
    /// Nothing refers to the footnote.
    NotReferredTo,
    /// An earlier footnote has the same name.
    Repeated,
}

/// The footnotes of a body, in the order of their first references.
#[derive(Default)]
pub(super) struct Footnotes<'a> {
    definitions: HashMap<String, Node<'a>>,
    pub(super) numbers: Numbers,
    /// The definitions that are referred to. The number of a footnote is its index here plus one.
    pub(super) noted: Vec<Node<'a>>,
}

impl<'a> Footnotes<'a> {
    /// Numbers the footnotes of a body. Footnotes that only other footnotes refer to are numbered last.
    pub(super) fn of(parts: &[Part<'a>]) -> Self {
        let mut notes = Self::default();
        for part in parts {
            if let NodeValue::FootnoteDefinition(definition) = &part.node.data().value {
                notes.definitions.entry(key(&definition.name)).or_insert(part.node);
            }
        }
        if notes.definitions.is_empty() {
            return notes;
        }
        for part in parts.iter().filter(|part| !matches!(part.node.data().value, NodeValue::FootnoteDefinition(_))) {
            part.nodes().for_each(|node| notes.note(node));
        }
        let mut next = 0;
        while let Some(definition) = notes.noted.get(next).copied() {
            notes.note(definition);
            next += 1;
        }
        notes
    }

    /// The footnotes that readers do not get, in the order of the text, each with the reason.
    pub(super) fn unused(&self, parts: &[Part<'a>]) -> Vec<(String, NotShown)> {
        let unused = |part: &Part<'a>| {
            let NodeValue::FootnoteDefinition(definition) = &part.node.data().value else { return None };
            let first = self.definitions.get(&key(&definition.name))?;
            let why = match self.numbers.get(&definition.name) {
                _ if !std::ptr::eq(*first, part.node) => NotShown::Repeated,
                None => NotShown::NotReferredTo,
                Some(_) => return None,
            };
            Some((definition.name.clone(), why))
        };
        parts.iter().filter_map(unused).collect()
    }

    fn note(&mut self, root: Node<'a>) {
        for node in root.descendants() {
            if let NodeValue::FootnoteReference(reference) = &node.data().value {
                let key = key(&reference.name);
                if let Some(definition) = self.definitions.get(&key).copied()
                    && !self.numbers.0.contains_key(&key)
                {
                    self.noted.push(definition);
                    self.numbers.0.insert(key, self.noted.len());
                }
            }
        }
    }
}

/// Normalises a name: case and white space do not matter.
fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
