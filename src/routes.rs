//! All operations, one line per module.

use crate::http::Mount;
use crate::input::Draft;
use crate::openapi::DraftFacts;
use crate::{
    ads, articles, audit, authors, batch, collections, comments, feeds, fields, http, images, newsletter, pages, redirects, site, taxonomy,
    users,
};

/// Mounts all operations.
pub(crate) fn mount<M: Mount>(mount: &mut M) {
    mount
        .configure(http::health_routes)
        .configure(http::problem_routes)
        .configure(http::document_routes)
        .configure(users::well_known_routes)
        .configure(images::media_routes)
        .configure(feeds::routes)
        .below("/api/v1", |mount| {
            mount
                .configure(articles::routes)
                .configure(authors::routes)
                .configure(taxonomy::routes)
                .configure(collections::routes)
                .configure(images::routes)
                .configure(comments::routes)
                .configure(pages::routes)
                .configure(redirects::routes)
                .configure(newsletter::routes)
                .configure(ads::routes)
                .configure(site::routes)
                .configure(batch::routes)
                .configure(users::routes)
                .configure(fields::routes)
                .configure(audit::routes);
        });
}

/// Returns all drafts, with the members that are not in their schemas but are accepted when an editor view is sent back.
pub(crate) fn drafts() -> Vec<DraftFacts> {
    vec![
        facts::<ads::CreativeDraft>(),
        facts::<ads::PlacementDraft>(),
        facts::<articles::ArticleDraft>(),
        facts::<authors::AuthorDraft>(),
        facts::<comments::CommentRevisionDraft>(),
        facts::<images::ImageDraft>(),
        facts::<newsletter::ListDraft>(),
        facts::<site::SiteSettings>(),
        facts::<collections::CollectionDraft>(),
        facts::<redirects::RedirectDraft>(),
        facts::<taxonomy::SectionDraft>(),
        facts::<taxonomy::TagDraft>(),
        facts::<users::OwnAccountDraft>(),
        facts::<users::UserChange>(),
    ]
}

fn facts<D: Draft>() -> DraftFacts {
    DraftFacts { name: D::name(), derived: D::DERIVED, read_only: D::READ_ONLY }
}
