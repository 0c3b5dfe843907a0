//! Comments: what readers say under articles, how it is threaded, and who lets it through.
//!
//! Invariants: readers get only what is `shown`, which is approved beneath nothing but approved comments of a published
//! article; the counts of comments and replies change in the transaction that changes what is shown; the public types
//! have no place for an e-mail address, an IP address or a token, and below moderator nobody can ask for one.

mod changes;
mod comment;
mod draft;
mod handlers;
mod moderation;
mod policy;
mod posting;
mod queries;
mod queue;
mod staff_handlers;
mod texts;
mod threads;

pub(crate) use draft::CommentRevisionDraft;
pub(crate) use moderation::moderate;
pub(crate) use posting::{Poster, create};

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(handlers::routes).configure(staff_handlers::routes);
}
