//! Which answers were made of what, and what has been purged lately.

use std::collections::{HashMap, HashSet, VecDeque};

use xxhash_rust::xxh3::xxh3_64;

use super::address::Key;

/// As many purges are remembered; an answer that takes longer than so many to be made is not kept.
const MEMORY: usize = 4096;

/// Answers by the tags of what they were made of.
#[derive(Default)]
pub(super) struct Index {
    keys: HashMap<u64, HashSet<Key>>,
    /// The last purges, each with its number and its tags.
    purges: VecDeque<(u64, Box<[u64]>)>,
    /// An answer that was begun before this purge can't be judged any more.
    floor: u64,
}

/// A tag as the index knows it. Two that look alike are purged together, which costs an answer and harms nobody.
pub(in crate::http) fn tag(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

impl Index {
    /// Whether something of an answer has been purged since its making began.
    pub(super) fn outran(&self, begun: u64, tags: &[u64]) -> bool {
        begun < self.floor
            || self
                .purges
                .iter()
                .rev()
                .take_while(|(number, _)| *number > begun)
                .any(|(_, purged)| purged.iter().any(|tag| tags.contains(tag)))
    }

    /// Remembers an answer.
    pub(super) fn add(&mut self, key: &Key, tags: &[u64]) {
        for tag in tags {
            self.keys.entry(*tag).or_default().insert(key.clone());
        }
    }

    /// Forgets an answer.
    pub(super) fn remove(&mut self, key: &Key, tags: &[u64]) {
        for tag in tags {
            if let Some(keys) = self.keys.get_mut(tag) {
                keys.remove(key);
                if keys.is_empty() {
                    self.keys.remove(tag);
                }
            }
        }
    }

    /// Notes a purge, and gives the answers that it meets.
    pub(super) fn purge(&mut self, number: u64, tags: Box<[u64]>) -> HashSet<Key> {
        let met = tags.iter().filter_map(|tag| self.keys.remove(tag)).flatten().collect();
        self.purges.push_back((number, tags));
        if self.purges.len() > MEMORY
            && let Some((oldest, _)) = self.purges.pop_front()
        {
            self.floor = oldest;
        }
        met
    }

    /// Notes a purge of everything.
    pub(super) fn clear(&mut self, number: u64) {
        self.keys.clear();
        self.purges.clear();
        self.floor = number;
    }
}
