//! The cached responses by their tags, and the latest purges.

use std::collections::{HashMap, HashSet, VecDeque};

use xxhash_rust::xxh3::xxh3_64;

use super::address::CacheKey;

/// The number of remembered purges; a response is not cached if more purges than these happen while it is made.
const MAX_REMEMBERED_PURGES: usize = 4096;

/// Cached responses by their tags.
#[derive(Default)]
pub(super) struct Index {
    keys: HashMap<u64, HashSet<CacheKey>>,
    /// The latest purges, each with its number and its tags.
    purges: VecDeque<(u64, Box<[u64]>)>,
    /// Responses that began to be made before this purge are not cached, because `purges` does not reach back that far.
    floor: u64,
}

/// Returns the hash of a tag. Tags with equal hashes are purged together, which costs one cached response and does no harm.
pub(in crate::http) fn tag(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

impl Index {
    /// Returns whether a tag of a response has been purged since the response began to be made.
    pub(super) fn purged_since(&self, purge_epoch: u64, tags: &[u64]) -> bool {
        purge_epoch < self.floor
            || self
                .purges
                .iter()
                .rev()
                .take_while(|(number, _)| *number > purge_epoch)
                .any(|(_, purged)| purged.iter().any(|tag| tags.contains(tag)))
    }

    /// Adds a response.
    pub(super) fn add(&mut self, key: &CacheKey, tags: &[u64]) {
        for tag in tags {
            self.keys.entry(*tag).or_default().insert(key.clone());
        }
    }

    /// Removes a response.
    pub(super) fn remove(&mut self, key: &CacheKey, tags: &[u64]) {
        for tag in tags {
            if let Some(keys) = self.keys.get_mut(tag) {
                keys.remove(key);
                if keys.is_empty() {
                    self.keys.remove(tag);
                }
            }
        }
    }

    /// Records a purge, and returns the keys of the responses to remove.
    pub(super) fn purge(&mut self, number: u64, tags: Box<[u64]>) -> HashSet<CacheKey> {
        let met = tags.iter().filter_map(|tag| self.keys.remove(tag)).flatten().collect();
        self.purges.push_back((number, tags));
        if self.purges.len() > MAX_REMEMBERED_PURGES
            && let Some((oldest, _)) = self.purges.pop_front()
        {
            self.floor = oldest;
        }
        met
    }

    /// Records a purge of everything.
    pub(super) fn clear(&mut self, number: u64) {
        self.keys.clear();
        self.purges.clear();
        self.floor = number;
    }
}
