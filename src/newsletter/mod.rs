//! The newsletter: its lists, who gets it, and how one comes to it and leaves it.
//!
//! Invariants: nobody is subscribed before the owner of the address has confirmed it, or a file says when and how they agreed;
//! the answer to a sign-up, and the work for it, are the same whoever is asked for; strangers have an address mailed
//! once an hour at most; who has left is not written to, unless they come back by themselves; no event and no log line has
//! an address.

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

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.configure(lists::routes).configure(optin::routes).configure(subscribers::routes).configure(suppressions::routes);
}

/// Forgets mails that nobody can answer any more, and whoever has not confirmed within a month.
pub(crate) fn forget_the_unconfirmed(conn: &mut Conn, now: Timestamp) -> Result<()> {
    optin::forget_expired(conn, now)?;
    subscribers::forget_pending(conn, now)
}

/// What the newsletter knows of whoever has an address.
pub(crate) fn known_of(conn: &mut Conn, email: &str) -> Result<Option<SubscriberView>> {
    subscribers::read_by_email(conn, email)
}

/// Takes out all that the newsletter knows of whoever has an address; says whether they were a subscriber. That the address is not to
/// be written to, where that is so, stays known by a hash alone.
pub(crate) fn erase(app: &App, conn: &mut Conn, actor: Option<String>, email: &str) -> Result<bool> {
    subscribers::erase_by_email(app, conn, actor, email)
}

/// Whether an address is not to be written to, and why.
pub(crate) fn suppression_of(app: &App, conn: &mut Conn, email: &str) -> Result<Option<SuppressionReason>> {
    Ok(suppressions::look_up(conn, &address_hash(app, email))?.map(|suppression| suppression.reason))
}

/// What is kept of an address where the address itself may not be: a hash that nobody can make without the secret key.
fn address_hash(app: &App, email: &str) -> String {
    app.secrets.digest("newsletter address", email.as_bytes())
}
