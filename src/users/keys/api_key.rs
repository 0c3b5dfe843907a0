//! An API key: its row, its draft, its views.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Json, Key, Listing, Op, Timestamp, column};
use crate::input::{Draft, Kind, Name};
use crate::schema::api_keys;
use crate::secrets::{hex, random, token_hash};
use crate::users::accounts::UserId;
use crate::users::role::{KeyScope, Role, Scope};

/// What every key begins with, so that people and scanners know one when they see it.
pub(in crate::users) const MARK: &str = "mh_";
/// How much of a key is kept to know it by, in bytes.
const PREFIX: usize = MARK.len() + 8;
/// How exactly the last use is known, in milliseconds.
const USE_MILLIS: i64 = 60_000;

/// The id of an API key.
pub(super) type ApiKeyId = Id<ApiKey>;

/// A key as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub(super) struct ApiKey {
    pub(super) id: ApiKeyId,
    pub(super) user_id: UserId,
    name: String,
    prefix: String,
    hash: String,
    pub(super) scopes: Json<Vec<KeyScope>>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    legacy: bool,
}

/// What an API key is made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyDraft {
    /// What it is for, in your words.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// What it may be used for.
    #[schema(value_type = HashSet<Scope>, min_items = 1, max_items = 13)]
    pub(super) scopes: Vec<Scope>,
    /// When it ends; never where absent.
    pub(super) expires_at: Option<Timestamp>,
}

impl Draft for ApiKeyDraft {}

/// An API key, without the key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::users) struct ApiKeyView {
    /// Its id.
    pub(super) id: ApiKeyId,
    /// What it is for.
    #[schema(example = "The newsletter's importer")]
    name: String,
    /// How the key begins.
    #[schema(example = "mh_3f9a01c2")]
    prefix: String,
    /// What it may be used for.
    scopes: Vec<KeyScope>,
    /// Whether it was made before scopes named resources. It keeps what it had: `read` opens everything that its owner may
    /// see. Replace it by a key with the scopes that it needs.
    #[schema(example = false)]
    legacy: bool,
    /// Whose it is.
    user_id: UserId,
    /// When it was made.
    created_at: Timestamp,
    /// When it ends; never where null.
    expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    last_used_at: Option<Timestamp>,
}

/// A new API key. The key itself is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub(in crate::users) struct NewApiKey {
    /// The key, for the `Authorization` header, as `Bearer`.
    #[schema(example = "mh_3f9a01c2_0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(in crate::users) token: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    pub(super) view: ApiKeyView,
}

impl ApiKey {
    /// A new key, and what its owner is shown once.
    pub(super) fn make(draft: ApiKeyDraft, owner: UserId, now: Timestamp) -> (Self, String) {
        let ApiKeyDraft { name, scopes, expires_at } = draft;
        let token = format!("{MARK}{}_{}", hex(&random::<4>()), BASE64.encode(random::<32>()));
        let key = Self {
            id: Id::new(now),
            user_id: owner,
            name,
            prefix: token.chars().take(PREFIX).collect(),
            hash: token_hash(&token),
            scopes: Json(scopes.into_iter().map(KeyScope::Resource).collect()),
            created_at: now,
            expires_at,
            last_used_at: None,
            legacy: false,
        };
        (key, token)
    }

    /// What is shown of it.
    pub(super) fn view(&self) -> ApiKeyView {
        ApiKeyView {
            id: self.id,
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            scopes: self.scopes.0.clone(),
            legacy: self.legacy,
            user_id: self.user_id,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        }
    }
}

/// What a request with an API key stands on: the key and whose it is, as they are now.
pub(super) struct KeyBearer {
    pub(super) key: ApiKey,
    pub(super) role: Role,
    pub(super) suspended: bool,
    pub(super) author: Option<Id<Author>>,
}

impl KeyBearer {
    /// Whether the key is good now.
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        !self.suspended && self.key.expires_at.is_none_or(|end| now < end)
    }

    /// Whether its last use should be noted anew.
    pub(super) fn is_news(&self, now: Timestamp) -> bool {
        self.key.last_used_at.is_none_or(|last| now.millis() - last.millis() >= USE_MILLIS)
    }
}

/// What the list of API keys can be asked.
pub(super) static LISTING: Listing<api_keys::table, ApiKey> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id api_keys::id), key: None, about: "The id." },
        Field { name: "name", kind: Kind::Text, ops: Op::TEXT, column: column!(text api_keys::name), key: None, about: "The name." },
        Field {
            name: "prefix",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text api_keys::prefix),
            key: None,
            about: "How the key begins.",
        },
        Field {
            name: "legacy",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth api_keys::legacy),
            key: None,
            about: "Whether it has scopes of before.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time api_keys::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was made.",
        },
        Field {
            name: "expires_at",
            kind: Kind::Time,
            ops: &[Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::Exists],
            column: column!(optional time api_keys::expires_at),
            key: None,
            about: "When it ends.",
        },
        Field {
            name: "last_used_at",
            kind: Kind::Time,
            ops: &[Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::Exists],
            column: column!(optional time api_keys::last_used_at),
            key: None,
            about: "When it was last used.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "name", "prefix", "scopes", "legacy", "user_id", "created_at", "expires_at", "last_used_at"],
    id: column!(id api_keys::id),
    id_of: |row| row.id.to_string(),
};
