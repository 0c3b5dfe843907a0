//! Articles and pages: the desk's working copy, and the published copy that readers get.
//!
//! Invariants: readers are answered only from what publishing wrote (`publications` and its lists), which no saving
//! changes; what belongs to a published article is frozen, what those authors, tags and pictures are called is live;
//! every save is a revision, for ever; an address that was public once is never another article's.

mod article;
mod draft;
mod embed;
mod handlers;
mod listing;
mod operations;
mod previews;
mod publication;
mod published_queries;
mod publishing;
mod queries;
mod seo;
mod view;

pub(crate) use article::ArticleId;
pub(crate) use draft::ArticleDraft;
pub(crate) use operations::{create, owns};
use operations::{found, read};
pub(crate) use previews::forget_the_expired as forget_expired_previews;
pub(crate) use published_queries::{cards, published};
pub(crate) use queries::find_reference;
use utoipa_actix_web::service_config::ServiceConfig;
pub(crate) use view::ArticleCard;

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(handlers::routes).configure(previews::routes);
}
