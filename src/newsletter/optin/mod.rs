//! Subscribing, choosing and leaving: what readers do, each with a token that only the owner of the address can have.
//!
//! Invariants: a request does the same whoever it is about, since all that depends on it is done by the mail's job;
//! nothing that a stranger wrote stands in a mail; a confirmation subscribes once, the links for leaving and choosing as long
//! as there is a subscriber, and each for that alone.

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
