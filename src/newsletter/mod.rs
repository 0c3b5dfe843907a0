//! The newsletter: its lists and subscribers, and how readers subscribe and unsubscribe.
//!
//! Invariants: nobody is subscribed before the owner of the email address has confirmed the subscription, or an import
//! file states when and how the owner agreed. A sign-up gets the same response and causes the same work for every email
//! address. Strangers can have at most one email an hour sent to an email address. Readers who unsubscribed get no
//! email, unless they subscribe again themselves. No event and no log line contains an email address.

mod lists;
mod optin;
mod subscribers;
mod suppressions;

pub(crate) use lists::{ListDraft, create as create_list};
pub(crate) use optin::NewsletterMail;
pub(crate) use subscribers::SubscriberView;
pub(crate) use suppressions::SuppressionReason;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::http::Mount;

/// Mounts the routes.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.configure(lists::routes).configure(optin::routes).configure(subscribers::routes).configure(suppressions::routes);
}

/// Deletes expired emails and subscribers who have not confirmed within a month.
pub(crate) fn delete_unconfirmed(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    optin::forget_expired(conn, now)?;
    subscribers::forget_pending(conn, now)
}

/// Returns the subscriber with an email address.
pub(crate) fn known_of(conn: &mut Conn, email: &str) -> Result<Option<SubscriberView>> {
    subscribers::read_by_email(conn, email)
}

/// Deletes the subscriber with an email address. Returns whether there was one. A suppression survives as a keyed hash.
pub(crate) fn erase(app: &App, conn: &mut Conn, actor: Option<String>, email: &str) -> Result<bool> {
    subscribers::erase_by_email(app, conn, actor, email)
}

/// Returns the reason why an email address is suppressed, if it is.
pub(crate) fn suppression_of(app: &App, conn: &mut Conn, email: &str) -> Result<Option<SuppressionReason>> {
    Ok(suppressions::look_up(conn, &address_hash(app, email))?.map(|suppression| suppression.reason))
}

/// Returns the hash of an email address, keyed with the server's secret. The hash is stored if the email address may not be
/// stored.
fn address_hash(app: &App, email: &str) -> String {
    app.secrets.digest("newsletter address", email.as_bytes())
}
