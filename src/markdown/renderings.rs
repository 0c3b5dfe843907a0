//! A cache of recent renderings: a handler renders before its transaction begins, and the transaction then finds the result here.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::guest::inline;
use super::{Rendered, check, render};

/// The capacity for bodies, in bytes: enough for a few of the longest.
const BODIES: u64 = 12 * 1024 * 1024;
/// The capacity for comments, in bytes.
const COMMENTS: u64 = 1024 * 1024;
/// The approximate size of a rendering, as a multiple of its source.
const COPIES: usize = 8;
/// The fixed overhead of an entry, in bytes.
const OVERHEAD: usize = 512;
/// The expected number of entries; low enough for a single shard, so that the longest text fits.
const DEFAULT_CAPACITY: usize = 32;

/// The rendering of a body's Markdown, or the reason why the body is rejected.
pub(crate) type Body = Result<Arc<Rendered>, &'static str>;

#[derive(Clone)]
struct ByLength;

impl<V> Weighter<String, V> for ByLength {
    fn weight(&self, markdown: &String, _: &V) -> u64 {
        u64::try_from(markdown.len().saturating_mul(COPIES) + OVERHEAD).unwrap_or(u64::MAX)
    }
}

type Kept<V> = Cache<String, V, ByLength>;

/// A cache of renderings, keyed by the exact Markdown.
pub(crate) struct Renderings {
    bodies: Kept<Body>,
    comments: Kept<Arc<(String, String)>>,
}

impl Default for Renderings {
    fn default() -> Self {
        Self {
            bodies: Cache::with_weighter(DEFAULT_CAPACITY, BODIES, ByLength),
            comments: Cache::with_weighter(DEFAULT_CAPACITY, COMMENTS, ByLength),
        }
    }
}

impl Renderings {
    /// Checks and renders the body of an article.
    pub(crate) fn body(&self, markdown: &str) -> Body {
        get_or_render(&self.bodies, markdown, || check(markdown).map(|()| Arc::new(render(markdown))))
    }

    /// Renders a comment as HTML and as plain text.
    pub(crate) fn comment(&self, markdown: &str) -> Arc<(String, String)> {
        get_or_render(&self.comments, markdown, || Arc::new(inline(markdown)))
    }
}

/// Returns the cached rendering of a text, or renders it and caches the result.
fn get_or_render<V: Clone>(kept: &Kept<V>, markdown: &str, make: impl FnOnce() -> V) -> V {
    if let Some(found) = kept.get(markdown) {
        return found;
    }
    let fresh = make();
    kept.insert(markdown.to_owned(), fresh.clone());
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_rendered_a_moment_ago_is_not_rendered_again() {
        let renderings = Renderings::default();
        // The longest possible text is cached as well.
        let longest = format!("{}\n\n", "Words and words. ".repeat(5_800)).repeat(5);
        for markdown in ["Some *text*.", &longest] {
            let (first, again) = (renderings.body(markdown), renderings.body(markdown));
            assert!(matches!((first, again), (Ok(first), Ok(again)) if Arc::ptr_eq(&first, &again)));
        }
        assert!(Arc::ptr_eq(&renderings.comment("At *last*."), &renderings.comment("At *last*.")));
        assert_eq!(renderings.body(&"> ".repeat(60)), renderings.body(&"> ".repeat(60)));
    }

    #[test]
    fn no_text_is_taken_for_another() {
        let renderings = Renderings::default();
        assert_ne!(renderings.body("One.").map(|body| body.html.clone()), renderings.body("Two.").map(|body| body.html.clone()));
    }
}
