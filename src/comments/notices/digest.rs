//! The digest: who gets it, and when it was last sent.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Id, Timestamp};
use crate::schema::comment_digests;
use crate::users::User;

/// A subscription to the digest, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_digests)]
pub(super) struct Digest {
    pub(super) user_id: Id<User>,
    /// Whether a digest is queued.
    pub(super) asked: bool,
    pub(super) sent_at: Option<Timestamp>,
}

/// A moderator's subscription to the digest.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentDigest)]
pub(super) struct DigestView {
    /// Whether the caller gets the digest.
    #[schema(example = true)]
    wanted: bool,
    /// The time when the last digest was sent.
    sent_at: Option<Timestamp>,
}

impl DigestView {
    /// Creates the view; without a subscription, the digest is not wanted.
    pub(super) fn of(digest: Option<&Digest>) -> Self {
        Self { wanted: digest.is_some(), sent_at: digest.and_then(|digest| digest.sent_at) }
    }
}
