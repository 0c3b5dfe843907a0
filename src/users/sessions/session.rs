//! A session: its row, its view, and what is sent to begin and to renew one.

use std::net::IpAddr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::http::{Request, limited_as};
use crate::input::{Draft, Email, Kind};
use crate::schema::sessions;
use crate::users::accounts::{User, UserId};
use crate::users::role::Role;

/// The id of a session.
pub(in crate::users) type SessionId = Id<Session>;

/// How long a session lives, in seconds.
const LIFETIME: i64 = 30 * 24 * 60 * 60;
/// How far a clock may have been wrong when a session began, in seconds; one from farther ahead would hardly ever end.
const SLACK: i64 = 24 * 60 * 60;
/// As much of a user agent is kept, in characters.
const AGENT: usize = 300;

/// A session as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub(in crate::users) struct Session {
    pub(super) id: SessionId,
    pub(super) user_id: UserId,
    /// The user's `token_version` that it began under or was carried over to.
    pub(super) token_version: i32,
    user_agent: String,
    pub(super) created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
}

impl Session {
    /// A session that begins.
    pub(super) fn begin(user: &User, client: &Client, now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            user_id: user.id,
            token_version: user.token_version,
            user_agent: client.user_agent.clone(),
            created_at: now,
            last_used_at: now,
            expires_at: now.plus_seconds(LIFETIME),
        }
    }

    /// Whether it has not come to its end, nor to one that no clock can have meant.
    pub(super) fn lives(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.expires_at <= now.plus_seconds(LIFETIME + SLACK)
    }

    /// What its owner sees of it.
    pub(super) fn view(&self, current: Option<&str>) -> SessionView {
        SessionView {
            id: self.id,
            user_agent: self.user_agent.clone(),
            current: current == Some(self.id.to_string().as_str()),
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
        }
    }
}

/// What a request with an access token stands on: the session and whose it is, as they are now.
pub(in crate::users) struct Bearer {
    pub(in crate::users) user: UserId,
    pub(in crate::users) role: Role,
    pub(in crate::users) author: Option<Id<Author>>,
    pub(super) session: Session,
    pub(super) suspended: bool,
    pub(super) user_version: i32,
}

impl Bearer {
    /// Whether a token of this version, of this session, is good now.
    ///
    /// A session whose version is not the user's has been ended by a new password or a suspension. A password change
    /// carries the session that made it over, so its tokens of before are good; one from ahead can't be its own.
    pub(in crate::users) fn accepts(&self, version: i32, now: Timestamp) -> bool {
        let current = self.session.token_version == self.user_version && version <= self.user_version;
        current && !self.suspended && self.session.lives(now)
    }
}

/// Who is at the other end.
pub(in crate::users) struct Client {
    /// The address, of IPv6 the /64.
    pub(super) network: IpAddr,
    user_agent: String,
}

impl Client {
    /// Who sent a request.
    pub(in crate::users) fn of(request: &Request) -> Self {
        let agent = request.header("user-agent").unwrap_or_default();
        let user_agent = agent.chars().filter(|c| !c.is_control()).take(AGENT).collect();
        Self { network: limited_as(request.address), user_agent }
    }
}

/// What it takes to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// The account's address.
    pub(super) email: Email,
    /// Its password.
    #[schema(min_length = 1, max_length = 1024, format = "password", example = "lanterns over the canal")]
    pub(super) password: String,
}

impl Draft for Credentials {}

/// What it takes to renew a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Renewal {
    /// The refresh token of the last login or refresh; it works once.
    #[schema(min_length = 1, max_length = 200, example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) refresh_token: String,
}

impl Draft for Renewal {}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub(super) struct Tokens {
    /// A JWT for the `Authorization` header, as `Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9…")]
    pub(super) access_token: String,
    /// How the access token is sent.
    #[schema(example = "Bearer")]
    pub(super) token_type: &'static str,
    /// How long the access token is good, in seconds.
    #[schema(minimum = 1, example = 900)]
    pub(super) expires_in: i64,
    /// What the next refresh takes; it works once.
    #[schema(example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) refresh_token: String,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// Its id.
    id: SessionId,
    /// What program it was begun with, in that program's own words.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64)")]
    user_agent: String,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    created_at: Timestamp,
    /// When it was last refreshed.
    last_used_at: Timestamp,
    /// When it ends.
    expires_at: Timestamp,
}

/// What the list of sessions can be asked.
pub(super) static LISTING: Listing<sessions::table, Session> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id sessions::id), key: None, about: "The id." },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time sessions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it began.",
        },
        Field {
            name: "last_used_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time sessions::last_used_at),
            key: Some(|row| Key::Int(row.last_used_at.millis())),
            about: "When it was last refreshed.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "user_agent", "current", "created_at", "last_used_at", "expires_at"],
    id: column!(id sessions::id),
    id_of: |row| row.id.to_string(),
};
