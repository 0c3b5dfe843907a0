//! The digest: who wants it, and when they last got it.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Id, Timestamp};
use crate::schema::comment_digests;
use crate::users::User;

/// Somebody who wants the digest.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_digests)]
pub(super) struct Digest {
    pub(super) user_id: Id<User>,
    /// Whether the next one is on its way.
    pub(super) asked: bool,
    pub(super) sent_at: Option<Timestamp>,
}

/// Whether somebody gets the digest.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentDigest)]
pub(super) struct DigestView {
    /// Whether they want it.
    #[schema(example = true)]
    wanted: bool,
    /// When the last one was sent.
    sent_at: Option<Timestamp>,
}

impl DigestView {
    /// What is shown of it, where there is one.
    pub(super) fn of(digest: Option<&Digest>) -> Self {
        Self { wanted: digest.is_some(), sent_at: digest.and_then(|digest| digest.sent_at) }
    }
}
