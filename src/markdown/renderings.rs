//! Texts that were rendered a moment ago: a handler renders before its transaction begins, which then finds the result.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::guest::inline;
use super::{Rendered, check, render};

/// What all kept bodies may weigh together, in bytes: a few of the longest.
const BODIES: u64 = 12 * 1024 * 1024;
/// What all kept comments may weigh together, in bytes.
const COMMENTS: u64 = 1024 * 1024;
/// How often a text is kept again in what is derived from it, more or less.
const COPIES: usize = 8;
/// What an entry weighs besides.
const OVERHEAD: usize = 512;
/// Few enough for one shard, so that the longest text fits.
const USUAL: usize = 32;

/// What a body's Markdown gives, or why it is refused.
pub(crate) type Body = Result<Arc<Rendered>, &'static str>;

#[derive(Clone)]
struct ByLength;

impl<V> Weighter<String, V> for ByLength {
    fn weight(&self, markdown: &String, _: &V) -> u64 {
        u64::try_from(markdown.len().saturating_mul(COPIES) + OVERHEAD).unwrap_or(u64::MAX)
    }
}

type Kept<V> = Cache<String, V, ByLength>;

/// Rendered texts, found by their exact Markdown.
pub(crate) struct Renderings {
    bodies: Kept<Body>,
    comments: Kept<Arc<(String, String)>>,
}

impl Default for Renderings {
    fn default() -> Self {
        Self { bodies: Cache::with_weighter(USUAL, BODIES, ByLength), comments: Cache::with_weighter(USUAL, COMMENTS, ByLength) }
    }
}

impl Renderings {
    /// An article's body, checked and rendered.
    pub(crate) fn body(&self, markdown: &str) -> Body {
        found_or_made(&self.bodies, markdown, || check(markdown).map(|()| Arc::new(render(markdown))))
    }

    /// A comment as HTML and as plain text.
    pub(crate) fn comment(&self, markdown: &str) -> Arc<(String, String)> {
        found_or_made(&self.comments, markdown, || Arc::new(inline(markdown)))
    }
}

fn found_or_made<V: Clone>(kept: &Kept<V>, markdown: &str, make: impl FnOnce() -> V) -> V {
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
        // The longest text is kept, too.
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
