//! An API key: its row, its draft and its views.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Json, Key, Listing, Op, Timestamp, column};
use crate::input::{Draft, Kind, Name, Selectable};
use crate::schema::api_keys;
use crate::secrets::{hex, random, token_hash};
use crate::users::accounts::UserId;
use crate::users::role::{KeyScope, Role, Scope};

/// The prefix of every key, so that people and secret scanners recognise keys.
pub(in crate::users) const MARK: &str = "mh_";
/// The length of the visible prefix, which identifies a key in lists, in bytes.
const PREFIX: usize = MARK.len() + 8;
/// The precision of the time of the last use, in milliseconds.
const USE_MILLIS: i64 = 60_000;

/// The id of an API key.
pub(super) type ApiKeyId = Id<ApiKey>;

/// An API key, as stored.
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

/// A new API key, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyDraft {
    /// A name that says what the key is for.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// The scopes of the key.
    #[schema(value_type = HashSet<Scope>, min_items = 1, max_items = 13)]
    pub(super) scopes: Vec<Scope>,
    /// The time when the key expires. If this time is absent, the key never expires.
    pub(super) expires_at: Option<Timestamp>,
}

impl Draft for ApiKeyDraft {}

/// An API key, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::users) struct ApiKeyView {
    /// The id of the key.
    pub(super) id: ApiKeyId,
    /// The name, which says what the key is for.
    #[schema(example = "The newsletter's importer")]
    name: String,
    /// The first characters of the key, which identify it.
    #[schema(example = "mh_3f9a01c2")]
    prefix: String,
    /// The scopes of the key.
    scopes: Vec<KeyScope>,
    /// Whether the key has old scopes, which do not name a resource: the old scope `read` permits reading everything that the owner
    /// of the key may see. Replace such a key with a new one that has only the necessary scopes.
    #[schema(example = false)]
    legacy: bool,
    /// The id of the key's owner.
    user_id: UserId,
    /// The time when the key was created.
    created_at: Timestamp,
    /// The time when the key expires; `null` if it never expires.
    expires_at: Option<Timestamp>,
    /// The time of the last use, to the minute.
    last_used_at: Option<Timestamp>,
}

/// A new API key. The secret is shown only this once.
#[derive(Clone, Serialize, ToSchema)]
pub(in crate::users) struct NewApiKey {
    /// The secret key. Send it in the `Authorization` header as `Bearer`.
    #[schema(example = "mh_3f9a01c2_0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(in crate::users) token: String,
    /// The key's metadata.
    #[serde(flatten)]
    pub(super) view: ApiKeyView,
}

impl ApiKey {
    /// Creates a key. Returns it with its secret, which is shown to the owner once.
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

    /// Returns the key's metadata.
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

/// An API key of a request with the present state of its owner.
pub(super) struct KeyBearer {
    pub(super) key: ApiKey,
    pub(super) role: Role,
    pub(super) suspended: bool,
    pub(super) author: Option<Id<Author>>,
}

impl KeyBearer {
    /// Checks whether the key is valid now.
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        !self.suspended && self.key.expires_at.is_none_or(|end| now < end)
    }

    /// Checks whether to store the time of this use.
    pub(super) fn is_news(&self, now: Timestamp) -> bool {
        self.key.last_used_at.is_none_or(|last| now.millis() - last.millis() >= USE_MILLIS)
    }
}

/// The filters and sort fields of the list of API keys.
pub(super) static LISTING: Listing<api_keys::table, ApiKey> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id api_keys::id), key: None, about: "The id of the key." },
        Field { name: "name", kind: Kind::Text, ops: Op::TEXT, column: column!(text api_keys::name), key: None, about: "The name." },
        Field {
            name: "prefix",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text api_keys::prefix),
            key: None,
            about: "The first characters of the key.",
        },
        Field {
            name: "legacy",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth api_keys::legacy),
            key: None,
            about: "Whether the key has old scopes, which do not name a resource.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time api_keys::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the key was created.",
        },
        Field {
            name: "expires_at",
            kind: Kind::Time,
            ops: &[Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::Exists],
            column: column!(optional time api_keys::expires_at),
            key: None,
            about: "The time when the key expires.",
        },
        Field {
            name: "last_used_at",
            kind: Kind::Time,
            ops: &[Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::Exists],
            column: column!(optional time api_keys::last_used_at),
            key: None,
            about: "The time of the last use.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<ApiKeyView>,
    id: column!(id api_keys::id),
    id_of: |row| row.id.to_string(),
};
