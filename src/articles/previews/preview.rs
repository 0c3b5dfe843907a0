//! A preview: its row, what it is made of, and what is shown of it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::articles::content::content::ArticleId;
use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::input::{Draft, Kind};
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
    /// The article; the whole site where absent.
    pub(super) article_id: Option<ArticleId>,
    /// The time as of which the site is shown; every working copy where absent.
    pub(super) at: Option<Timestamp>,
    created_by: UserId,
    created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Who made a preview, as they are now.
pub(super) struct Maker {
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) suspended: bool,
    pub(super) author: Option<Id<Author>>,
}

/// How long a preview of an article works.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticlePreviewDraft {
    /// After how many seconds it ends: from a minute to 30 days.
    #[serde(default = "hour")]
    #[schema(minimum = 60, maximum = 2_592_000, default = 3600, example = 3600)]
    pub(super) expires_in: i64,
}

impl Draft for ArticlePreviewDraft {}

/// How long a preview of the site works, and what it shows.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SitePreviewDraft {
    /// After how many seconds it ends: from a minute to 30 days.
    #[serde(default = "hour")]
    #[schema(minimum = 60, maximum = 2_592_000, default = 3600, example = 3600)]
    pub(super) expires_in: i64,
    /// The time as of which readers' site is shown: with what is planned until then carried out. Where absent, all working
    /// copies are shown.
    pub(super) at: Option<Timestamp>,
}

impl Draft for SitePreviewDraft {}

fn hour() -> i64 {
    3600
}

/// A preview, without its token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PreviewView {
    /// Its id.
    pub(super) id: PreviewId,
    /// The article that it shows; null where it shows the whole site.
    pub(super) article_id: Option<ArticleId>,
    /// The time as of which it shows readers' site; null where it shows working copies.
    pub(super) at: Option<Timestamp>,
    /// Who made it.
    pub(super) created_by: UserId,
    /// When it was made.
    pub(super) created_at: Timestamp,
    /// When it ends.
    pub(super) expires_at: Timestamp,
}

/// A new preview. The token is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct NewPreview {
    /// What is known of it from now on.
    #[serde(flatten)]
    pub(super) view: PreviewView,
    /// What opens it, as the parameter `preview`.
    #[schema(example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) token: String,
    /// Its page on the readers' site, with the token.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens?preview=0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) url: String,
}

impl Preview {
    /// A new preview, and the token that opens it.
    pub(super) fn make(article_id: Option<ArticleId>, created_by: UserId, now: Timestamp, expires_in: i64) -> (Self, String) {
        let token = new_token();
        let hash = token_hash(&token);
        let expires_at = now.plus_seconds(expires_in);
        (Self { id: Id::new(now), hash, article_id, at: None, created_by, created_at: now, expires_at }, token)
    }

    /// What is shown of it.
    pub(super) fn view(&self) -> PreviewView {
        let Self { id, hash: _, article_id, at, created_by, created_at, expires_at } = self;
        PreviewView { id: *id, article_id: *article_id, at: *at, created_by: *created_by, created_at: *created_at, expires_at: *expires_at }
    }

    /// What is shown of it once, with the page that it is for.
    pub(super) fn introduce(&self, token: String, page: &str) -> NewPreview {
        let sign = if page.contains('?') { '&' } else { '?' };
        NewPreview { view: self.view(), url: format!("{page}{sign}preview={token}"), token }
    }
}

/// What lists of previews can be asked.
pub(super) static LISTING: Listing<previews::table, Preview> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id previews::id), key: None, about: "The id." },
        Field {
            name: "created_by",
            kind: Kind::Id,
            ops: Op::CHOICE,
            column: column!(id previews::created_by),
            key: None,
            about: "Who made it.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time previews::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was made.",
        },
        Field {
            name: "expires_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time previews::expires_at),
            key: Some(|row| Key::Int(row.expires_at.millis())),
            about: "When it ends.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "article_id", "at", "created_by", "created_at", "expires_at"],
    id: column!(id previews::id),
    id_of: |row| row.id.to_string(),
};
