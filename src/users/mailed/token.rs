//! A token that is mailed to somebody: its purposes, its row, and what makes it good.

use diesel::prelude::*;

use crate::app::App;
use crate::db::{Id, Timestamp, text_enum};
use crate::error::{Error, Fault};
use crate::schema::mail_tokens;
use crate::secrets::token_hash;
use crate::users::accounts::{User, UserId};

/// How far a clock may have been wrong when a token was made, in seconds; one from farther ahead would hardly ever end.
const SLACK: i64 = 24 * 60 * 60;

text_enum! {
    /// What a mailed token is for.
    pub(crate) enum Purpose {
        /// An account for somebody who has none.
        Invitation = "invitation",
        /// A new password for somebody who has lost theirs.
        PasswordReset = "password_reset",
        /// The proof that a new address is its owner's.
        EmailConfirmation = "email_confirmation",
    }
}

impl Purpose {
    /// How long a token is good after it was mailed, in seconds.
    pub(in crate::users) const fn lifetime(self) -> i64 {
        match self {
            Self::Invitation => 7 * 24 * 60 * 60,
            Self::PasswordReset => 60 * 60,
            Self::EmailConfirmation => 24 * 60 * 60,
        }
    }

    /// The latest end that a token can have by now.
    pub(in crate::users) const fn latest_end(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.lifetime() + SLACK)
    }
}

/// The token itself: made of the server's secret key, so that nothing it could be read from is kept, and yet the same at
/// every try to mail it.
pub(in crate::users) fn secret(app: &App, purpose: Purpose, id: &str) -> String {
    app.secrets.digest(&format!("{} token", purpose.as_str()), id.as_bytes())
}

/// The one answer to every token that is not good, whatever is wrong with it.
pub(in crate::users) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is unknown, used, withdrawn or expired; ask for another.")])
}

/// The id of a mailed token.
pub(super) type MailTokenId = Id<MailToken>;

/// A mailed token as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mail_tokens)]
pub(crate) struct MailToken {
    pub(super) id: MailTokenId,
    pub(super) purpose: Purpose,
    pub(super) user_id: UserId,
    /// The user's `token_version` that it was made under.
    token_version: i32,
    /// Where it is mailed to: the account's address, or the one that is to become it.
    pub(super) email: String,
    hash: String,
    pub(super) created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl MailToken {
    /// A new token for somebody.
    pub(super) fn new(app: &App, id: MailTokenId, purpose: Purpose, user: &User, email: &str) -> Self {
        let now = app.now();
        Self {
            id,
            purpose,
            user_id: user.id,
            token_version: user.token_version,
            email: email.to_owned(),
            hash: token_hash(&secret(app, purpose, &id.to_string())),
            created_at: now,
            expires_at: now.plus_seconds(purpose.lifetime()),
            used_at: None,
        }
    }

    /// Whether its account is still what it was when the token was made; its end is for the queries to see to.
    pub(super) fn stands_for(&self, user: &User) -> bool {
        let address_holds = self.purpose != Purpose::PasswordReset || self.email == user.email;
        self.token_version == user.token_version && !user.suspended && address_holds
    }
}
