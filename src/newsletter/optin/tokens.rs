//! The tokens of mails: one that confirms, kept as its hash; and those for choosing and leaving, which are made of the
//! secret key and need no keeping.

use diesel::prelude::*;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::db::{Id, Json, Timestamp, text_enum};
use crate::error::{Error, Fault};
use crate::newsletter::lists::ListId;
use crate::newsletter::subscribers::SubscriberId;
use crate::schema::newsletter_mails;
use crate::secrets::token_hash;

/// How long an address can be confirmed after it was mailed, in seconds.
pub(super) const LIFETIME: i64 = 3 * 24 * 60 * 60;
/// How far a clock may have been wrong when a token was made, in seconds; one from farther ahead would hardly ever end.
pub(super) const SLACK: i64 = 24 * 60 * 60;
/// How many characters the id takes at the beginning of a token.
const ID_LENGTH: usize = 32;

text_enum! {
    /// What a mail is for.
    pub(crate) enum Purpose {
        /// The proof that the address is its owner's, and that they want it.
        Confirmation = "confirmation",
        /// For somebody who is subscribed already.
        Reminder = "reminder",
    }
}

/// The id of a mail, which is that of its job.
pub(super) type MailId = Id<OptInMail>;

/// A mail that was sent because an address was entered somewhere.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = newsletter_mails)]
pub(crate) struct OptInMail {
    pub(super) id: MailId,
    pub(super) subscriber_id: SubscriberId,
    pub(super) purpose: Purpose,
    hash: String,
    /// What they are to be called.
    pub(super) name: Option<String>,
    /// What they chose; the default lists where nothing.
    pub(super) lists: Json<Option<Vec<ListId>>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl OptInMail {
    /// A mail to somebody.
    pub(super) fn new(
        app: &App,
        id: MailId,
        subscriber_id: SubscriberId,
        purpose: Purpose,
        (name, lists): (Option<String>, Option<Vec<ListId>>),
    ) -> Self {
        let now = app.now();
        let (hash, expires_at) = (token_hash(&confirmation(app, id)), now.plus_seconds(LIFETIME));
        Self { id, subscriber_id, purpose, hash, name, lists: Json(lists), created_at: now, expires_at, used_at: None }
    }
}

/// The token that confirms; the same at every try to mail it.
pub(super) fn confirmation(app: &App, id: MailId) -> String {
    app.secrets.digest("newsletter confirmation", id.to_string().as_bytes())
}

/// The token that shows and changes what a subscriber gets.
pub(super) fn preferences(app: &App, id: SubscriberId) -> String {
    lasting(app, "newsletter preferences", id)
}

/// The token that ends a subscription.
pub(super) fn unsubscription(app: &App, id: SubscriberId) -> String {
    lasting(app, "newsletter unsubscription", id)
}

/// Whose preferences a token opens.
pub(super) fn of_preferences(app: &App, token: &str) -> Option<SubscriberId> {
    whose(token, |id| preferences(app, id))
}

/// Whose subscription a token ends.
pub(super) fn of_unsubscription(app: &App, token: &str) -> Option<SubscriberId> {
    whose(token, |id| unsubscription(app, id))
}

/// The address that ends a subscription by a `POST` (RFC 8058).
pub(in crate::newsletter) fn unsubscribe_address(app: &App, id: SubscriberId) -> String {
    format!("{}/api/v1/newsletter/unsubscriptions?token={}", app.config.links.api_url, unsubscription(app, id))
}

/// The one answer to every token that is not good, whatever is wrong with it.
pub(super) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is unknown, used or expired; subscribe for another.")])
}

fn lasting(app: &App, purpose: &str, id: SubscriberId) -> String {
    let id = id.to_string();
    format!("{}{}", id.replace('-', ""), app.secrets.digest(purpose, id.as_bytes()))
}

fn whose(token: &str, made: impl Fn(SubscriberId) -> String) -> Option<SubscriberId> {
    let id = token.get(..ID_LENGTH)?.parse::<SubscriberId>().ok()?;
    bool::from(made(id).as_bytes().ct_eq(token.as_bytes())).then_some(id)
}
