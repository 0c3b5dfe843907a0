//! A preview: its row, its drafts and views, and its list.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::articles::content::content::ArticleId;
use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::input::{Draft, Kind, Selectable};
use crate::schema::previews;
use crate::secrets::{new_token, token_hash};
use crate::users::{Role, UserId};

/// The id of a preview.
pub(super) type PreviewId = Id<Preview>;

/// A preview as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = previews)]
pub(super) struct Preview {
    pub(super) id: PreviewId,
    hash: String,
    /// The article; `None` for a preview of the site.
    pub(super) article_id: Option<ArticleId>,
    /// The time as of which the site is shown; `None` to show working copies.
    pub(super) at: Option<Timestamp>,
    created_by: UserId,
    created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// The user who created a preview, with their current role and state.
pub(super) struct Maker {
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) suspended: bool,
    pub(super) author: Option<Id<Author>>,
}

/// A new preview of an article, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticlePreviewDraft {
    /// The lifetime of the preview in seconds, from a minute to 30 days.
    #[serde(default = "hour")]
    #[schema(minimum = 60, maximum = 2_592_000, default = 3600, example = 3600)]
    pub(super) expires_in: i64,
}

impl Draft for ArticlePreviewDraft {}

/// A new preview of the site, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SitePreviewDraft {
    /// The lifetime of the preview in seconds, from a minute to 30 days.
    #[serde(default = "hour")]
    #[schema(minimum = 60, maximum = 2_592_000, default = 3600, example = 3600)]
    pub(super) expires_in: i64,
    /// The time as of which the readers' site is shown, with all publications scheduled until then. If absent, all working copies are
    /// shown.
    pub(super) at: Option<Timestamp>,
}

impl Draft for SitePreviewDraft {}

fn hour() -> i64 {
    3600
}

/// A preview, without its token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PreviewView {
    /// The id of the preview.
    pub(super) id: PreviewId,
    /// The id of the article that the preview shows; `null` for a preview of the site.
    pub(super) article_id: Option<ArticleId>,
    /// The time as of which the preview shows the readers' site; `null` if it shows working copies.
    pub(super) at: Option<Timestamp>,
    /// The id of the user who created the preview.
    pub(super) created_by: UserId,
    /// The time when the preview was created.
    pub(super) created_at: Timestamp,
    /// The time when the preview expires.
    pub(super) expires_at: Timestamp,
}

/// A new preview. Its token is shown only this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct NewPreview {
    /// The preview, without its token.
    #[serde(flatten)]
    pub(super) view: PreviewView,
    /// The token, for the query parameter `preview`.
    #[schema(example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) token: String,
    /// The URL of the page on the readers' site, with the token.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens?preview=0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) url: String,
}

impl Preview {
    /// Creates a preview and its token.
    pub(super) fn make(article_id: Option<ArticleId>, created_by: UserId, now: Timestamp, expires_in: i64) -> (Self, String) {
        let token = new_token();
        let hash = token_hash(&token);
        let expires_at = now.plus_seconds(expires_in);
        (Self { id: Id::new(now), hash, article_id, at: None, created_by, created_at: now, expires_at }, token)
    }

    /// Returns the view of the preview.
    pub(super) fn view(&self) -> PreviewView {
        let Self { id, hash: _, article_id, at, created_by, created_at, expires_at } = self;
        PreviewView { id: *id, article_id: *article_id, at: *at, created_by: *created_by, created_at: *created_at, expires_at: *expires_at }
    }

    /// Returns the view of a new preview, with its token and the URL of its page.
    pub(super) fn introduce(&self, token: String, page: &str) -> NewPreview {
        let sign = if page.contains('?') { '&' } else { '?' };
        NewPreview { view: self.view(), url: format!("{page}{sign}preview={token}"), token }
    }
}

/// The filters and sort fields of lists of previews.
pub(super) static LISTING: Listing<previews::table, Preview> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id previews::id), key: None, about: "The id." },
        Field {
            name: "created_by",
            kind: Kind::Id,
            ops: Op::CHOICE,
            column: column!(id previews::created_by),
            key: None,
            about: "The user who created the preview, by id.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time previews::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the preview was created.",
        },
        Field {
            name: "expires_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time previews::expires_at),
            key: Some(|row| Key::Int(row.expires_at.millis())),
            about: "The time when the preview expires.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<PreviewView>,
    id: column!(id previews::id),
    id_of: |row| row.id.to_string(),
};
