//! A session: its row, its view, and the request bodies that start and refresh one.

use std::net::IpAddr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::http::{Request, limited_as};
use crate::input::{Draft, Email, Kind, Selectable};
use crate::schema::sessions;
use crate::users::accounts::{User, UserId};
use crate::users::role::Role;

/// The id of a session.
pub(in crate::users) type SessionId = Id<Session>;

/// The lifetime of a session, in seconds.
const LIFETIME: i64 = 30 * 24 * 60 * 60;
/// The tolerated clock error at the start of a session, in seconds. A session that started further in the future is
/// refused, because it would be valid for too long.
const CLOCK_SKEW: i64 = 24 * 60 * 60;
/// The maximum stored length of a user agent, in characters.
const MAX_USER_AGENT_LENGTH: usize = 300;

/// A session, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub(in crate::users) struct Session {
    pub(super) id: SessionId,
    pub(super) user_id: UserId,
    /// The user's `token_version` at the start of the session, or after the last password change that this session made.
    pub(super) token_version: i32,
    user_agent: String,
    pub(super) created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
}

impl Session {
    /// Creates a session.
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

    /// Checks whether the session has not expired and its expiry is plausible.
    pub(super) fn lives(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.expires_at <= now.plus_seconds(LIFETIME + CLOCK_SKEW)
    }

    /// Returns the session as its owner sees it.
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

/// The session of an access token with the present state of its user.
pub(in crate::users) struct Bearer {
    pub(in crate::users) user: UserId,
    pub(in crate::users) role: Role,
    pub(in crate::users) author: Option<Id<Author>>,
    pub(super) session: Session,
    pub(super) suspended: bool,
    pub(super) user_version: i32,
}

impl Bearer {
    /// Checks whether an access token of this session with this version is valid now.
    ///
    /// A session whose version differs from the user's was ended by a new password or a suspension. A password change
    /// updates the version of the session that made it; the older tokens of that session stay valid. A token cannot
    /// have a later version than the user.
    pub(in crate::users) fn accepts(&self, version: i32, now: Timestamp) -> bool {
        let current = self.session.token_version == self.user_version && version <= self.user_version;
        current && !self.suspended && self.session.lives(now)
    }
}

/// The client that sent a request.
pub(in crate::users) struct Client {
    /// The IP address; for IPv6, the /64 network of the address.
    pub(super) network: IpAddr,
    user_agent: String,
}

impl Client {
    /// Reads the client from a request.
    pub(in crate::users) fn of(request: &Request) -> Self {
        let agent = request.header("user-agent").unwrap_or_default();
        let user_agent = agent.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_LENGTH).collect();
        Self { network: limited_as(request.address), user_agent }
    }
}

/// The credentials to log in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// The email address of the account.
    pub(super) email: Email,
    /// The password of the account.
    #[schema(min_length = 1, max_length = 1024, format = "password", example = "lanterns over the canal")]
    pub(super) password: String,
}

impl Draft for Credentials {}

/// The request to refresh a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Renewal {
    /// The refresh token of the last login or refresh. It works once.
    #[schema(min_length = 1, max_length = 200, example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) refresh_token: String,
}

impl Draft for Renewal {}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub(super) struct Tokens {
    /// The access token, a JWT. Send it in the `Authorization` header as `Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9…")]
    pub(super) access_token: String,
    /// The type of the access token: always `Bearer`.
    #[schema(example = "Bearer")]
    pub(super) token_type: &'static str,
    /// The lifetime of the access token, in seconds.
    #[schema(minimum = 1, example = 900)]
    pub(super) expires_in: i64,
    /// The refresh token for the next refresh. It works once.
    #[schema(example = "0uLxTb5g0h1z0VjQvGJcX3oDq9yq8z0pV0m7m3eV2kM")]
    pub(super) refresh_token: String,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// The id of the session.
    id: SessionId,
    /// The user agent that started the session, at most 300 characters.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64)")]
    user_agent: String,
    /// Whether this is the session of the request.
    current: bool,
    /// The time when the session started.
    created_at: Timestamp,
    /// The time of the last refresh.
    last_used_at: Timestamp,
    /// The time when the session expires.
    expires_at: Timestamp,
}

/// The filters and sort fields of the list of sessions.
pub(super) static LISTING: Listing<sessions::table, Session> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id sessions::id), key: None, about: "The id of the session." },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time sessions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the session started.",
        },
        Field {
            name: "last_used_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time sessions::last_used_at),
            key: Some(|row| Key::Int(row.last_used_at.millis())),
            about: "The time of the last refresh.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<SessionView>,
    id: column!(id sessions::id),
    id_of: |row| row.id.to_string(),
};
