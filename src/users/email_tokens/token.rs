//! A token that is sent by email: its purposes, its row and its validity.

use diesel::prelude::*;

use crate::app::App;
use crate::db::{Id, Timestamp, text_enum};
use crate::error::{Error, Fault};
use crate::schema::mail_tokens;
use crate::secrets::token_hash;
use crate::users::accounts::{User, UserId};

/// The tolerated clock error when a token was created, in seconds. A token from further in the future would hardly
/// ever expire.
const CLOCK_SKEW: i64 = 24 * 60 * 60;

text_enum! {
    /// The purpose of an email token.
    pub(crate) enum Purpose {
        /// Creates an account.
        Invitation = "invitation",
        /// Sets a new password for a user who lost theirs.
        PasswordReset = "password_reset",
        /// Proves that a new email address belongs to the user.
        EmailConfirmation = "email_confirmation",
    }
}

impl Purpose {
    /// Returns the lifetime of a token after its email is sent, in seconds.
    pub(in crate::users) const fn lifetime(self) -> i64 {
        match self {
            Self::Invitation => 7 * 24 * 60 * 60,
            Self::PasswordReset => 60 * 60,
            Self::EmailConfirmation => 24 * 60 * 60,
        }
    }

    /// Returns the latest expiry that a token can plausibly have now.
    pub(in crate::users) const fn latest_end(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.lifetime() + CLOCK_SKEW)
    }
}

/// Derives the token from the server's secret key and the id. Nothing stored reveals it, and every retry sends the
/// same token.
pub(in crate::users) fn secret(app: &App, purpose: Purpose, id: &str) -> String {
    app.secrets.digest(&format!("{} token", purpose.as_str()), id.as_bytes())
}

/// Returns the same error for every invalid token, whatever the reason.
pub(in crate::users) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is unknown, used, withdrawn or expired; ask for another one.")])
}

/// The id of an email token.
pub(super) type MailTokenId = Id<MailToken>;

/// An email token, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mail_tokens)]
pub(crate) struct MailToken {
    pub(super) id: MailTokenId,
    pub(super) purpose: Purpose,
    pub(super) user_id: UserId,
    /// The user's `token_version` when the token was created.
    token_version: i32,
    /// The email address that gets the token: the account's own, or the one to be confirmed.
    pub(super) email: String,
    hash: String,
    pub(super) created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl MailToken {
    /// Creates a token for a user.
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

    /// Checks whether the account is unchanged since the token was created. The queries check the expiry.
    pub(super) fn stands_for(&self, user: &User) -> bool {
        let address_holds = self.purpose != Purpose::PasswordReset || self.email == user.email;
        self.token_version == user.token_version && !user.suspended && address_holds
    }
}
