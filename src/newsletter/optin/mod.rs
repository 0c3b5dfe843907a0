//! Subscribing, changing the preferences and unsubscribing, each with a token that only the owner of the email address gets.
//!
//! Invariants: a request does the same work for every email address, because all work that depends on the email address
//! happens in the email's job. Emails contain no text of strangers. A confirmation token subscribes once; the tokens to
//! change the preferences and to unsubscribe work as long as the subscriber exists, each for its purpose only.

mod delivery;
mod drafts;
mod handlers;
mod letters;
mod operations;
mod queries;
mod tokens;

pub(crate) use delivery::NewsletterMail;
pub(super) use handlers::routes;
pub(super) use operations::forget_requests;
pub(super) use queries::{forget_confirmations, forget_expired};
pub(super) use tokens::unsubscribe_address;
