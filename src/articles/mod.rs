//! Articles and pages: the desk's working copy, and the published copy that readers get.
//!
//! Invariants: readers are answered only from what publishing wrote (`publications` and its lists), which no saving
//! changes; what belongs to a published article is frozen, what those authors, tags and pictures are called is live;
//! every save is a revision, for ever; an address that was public once, or will be at a time, is never another article's;
//! what is in the trash is neither public nor going to be.

mod around;
mod around_queries;
mod article;
mod body_forms;
mod draft;
mod editions;
mod embed;
mod handlers;
mod listing;
mod manuscript;
mod operations;
mod placed_queries;
mod plan;
mod plan_queries;
mod previews;
mod publication;
mod published_queries;
mod publishing;
mod queries;
mod review;
mod revisions;
mod schedule;
mod seo;
mod slugs;
mod stale;
mod state_handlers;
mod summary;
mod text;
mod trending;
mod view;
mod workflow;

use crate::http::Mount;
pub(crate) use around::{Listed, Newest, list_among, locate, newest, whole};
pub(crate) use article::{ArticleId, ArticleKind};
pub(crate) use draft::ArticleDraft;
pub(crate) use handlers::{tags_of, tags_of_whole};
pub(crate) use listing::COUNTS_TAG;
pub(crate) use operations::{Saving, create, owns};
use operations::{found, read};
pub(crate) use placed_queries::{Placed, PublishedDay, days, placed};
pub(crate) use previews::{Previewed, answer_page as answer_previewed_page, forget_the_expired as forget_expired_previews};
pub(crate) use published_queries::{cards, published};
pub(crate) use queries::{find_reference, lock_comments};
pub(crate) use schedule::keep_schedule;
pub(crate) use trending::{Views, prune as prune_views, write_down as write_views_down};
pub(crate) use view::{ArticleCard, ArticleView};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.configure(handlers::routes).configure(previews::routes);
}
