//! The tokens in emails. The confirmation token is stored as a hash; the tokens to change the preferences and to
//! unsubscribe are derived from the secret key and not stored.

use diesel::prelude::*;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::db::{Id, Json, Timestamp, text_enum};
use crate::error::{Error, Fault};
use crate::newsletter::lists::ListId;
use crate::newsletter::subscribers::SubscriberId;
use crate::schema::newsletter_mails;
use crate::secrets::token_hash;

/// The lifetime of a confirmation token after its email is sent, in seconds.
pub(super) const LIFETIME: i64 = 3 * 24 * 60 * 60;
/// The tolerated clock error at the creation of a token, in seconds. A token whose creation time is further in the future is
/// refused, because it would be valid for too long.
pub(super) const CLOCK_SKEW: i64 = 24 * 60 * 60;
/// The length of the subscriber's id at the start of a token, in characters.
const ID_LENGTH: usize = 32;

text_enum! {
    /// The purpose of an email.
    pub(crate) enum OptInPurpose {
        /// Asks the owner of the email address to confirm the subscription.
        Confirmation = "confirmation",
        /// Tells the owner that the email address is already subscribed.
        Reminder = "reminder",
    }
}

/// The id of an email, which is the id of its job.
pub(super) type MailId = Id<OptInMail>;

/// An email that was sent because of a sign-up or an import, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = newsletter_mails)]
pub(crate) struct OptInMail {
    pub(super) id: MailId,
    pub(super) subscriber_id: SubscriberId,
    pub(super) purpose: OptInPurpose,
    hash: String,
    /// The name of the subscriber.
    pub(super) name: Option<String>,
    /// The chosen lists; `None` for the default lists.
    pub(super) lists: Json<Option<Vec<ListId>>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl OptInMail {
    /// Creates an email to a subscriber.
    pub(super) fn new(
        app: &App,
        id: MailId,
        subscriber_id: SubscriberId,
        purpose: OptInPurpose,
        (name, lists): (Option<String>, Option<Vec<ListId>>),
    ) -> Self {
        let now = app.now();
        let (hash, expires_at) = (token_hash(&confirmation(app, id)), now.plus_seconds(LIFETIME));
        Self { id, subscriber_id, purpose, hash, name, lists: Json(lists), created_at: now, expires_at, used_at: None }
    }
}

/// Derives the confirmation token. It is the same for every retry.
pub(super) fn confirmation(app: &App, id: MailId) -> String {
    app.secrets.digest("newsletter confirmation", id.to_string().as_bytes())
}

/// Derives the token to read and change a subscriber's preferences.
pub(super) fn preferences(app: &App, id: SubscriberId) -> String {
    lasting(app, "newsletter preferences", id)
}

/// Derives the token to unsubscribe.
pub(super) fn unsubscription(app: &App, id: SubscriberId) -> String {
    lasting(app, "newsletter unsubscription", id)
}

/// Returns the subscriber whose preferences a token gives access to.
pub(super) fn of_preferences(app: &App, token: &str) -> Option<SubscriberId> {
    whose(token, |id| preferences(app, id))
}

/// Returns the subscriber that a token unsubscribes.
pub(super) fn of_unsubscription(app: &App, token: &str) -> Option<SubscriberId> {
    whose(token, |id| unsubscription(app, id))
}

/// Returns the URL to unsubscribe with a `POST` request (RFC 8058).
pub(in crate::newsletter) fn unsubscribe_address(app: &App, id: SubscriberId) -> String {
    format!("{}/api/v1/newsletter/unsubscriptions?token={}", app.config.links.api_url, unsubscription(app, id))
}

/// Returns the same error for every invalid token, whatever the reason.
pub(super) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is unknown, used or expired; subscribe again for another one.")])
}

fn lasting(app: &App, purpose: &str, id: SubscriberId) -> String {
    let id = id.to_string();
    format!("{}{}", id.replace('-', ""), app.secrets.digest(purpose, id.as_bytes()))
}

fn whose(token: &str, made: impl Fn(SubscriberId) -> String) -> Option<SubscriberId> {
    let id = token.get(..ID_LENGTH)?.parse::<SubscriberId>().ok()?;
    bool::from(made(id).as_bytes().ct_eq(token.as_bytes())).then_some(id)
}
