//! Articles and pages: the working copy that editors change, and the published version that readers get.
//!
//! Invariants: readers get only the published version (`publications` and its tables), which saving never changes. The authors, tags
//! and images of a published version are fixed until the next publication, but their names and texts are always current. Every save
//! is a revision, kept forever. A slug that is or was public, or is scheduled to be, never belongs to another article. An article in
//! the trash is neither public nor scheduled.

mod content;
mod desk;
mod handlers;
mod previews;
mod public;
mod publishing;
mod revisions;
#[cfg(test)]
mod tests;

pub(crate) use content::content::{ArticleId, ArticleKind};
pub(crate) use content::view::{ArticleCard, ArticleView};
pub(crate) use desk::draft::ArticleDraft;
pub(crate) use desk::operations::Saving;
pub(crate) use desk::queries::{find_reference, lock_comments};
pub(crate) use previews::{Previewed, answer_page as answer_previewed_page, forget_expired as forget_expired_previews};
pub(crate) use public::context::{ListContext, NewestArticles, article_context, list_with_context, locate, newest};
pub(crate) use public::queries::published;
pub(crate) use public::sitemap_queries::{PublishedDay, SitemapEntry, days, sitemap_entries};
pub(crate) use public::trending::{Views, prune as prune_views, write_down as write_views_down};
pub(crate) use public::views::{cards_by_id as cards, tags_of, tags_of_whole};
pub(crate) use publishing::saving::create;
pub(crate) use publishing::schedule::keep_schedule;

use crate::http::Mount;

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.configure(handlers::routes).configure(previews::routes);
}
