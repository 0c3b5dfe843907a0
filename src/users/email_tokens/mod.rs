//! Tokens sent by email: to reset a password or to confirm a new email address.
//!
//! Invariants: only the hash of a token is stored. A token serves one purpose for one account, once, for a limited
//! time; a new password, a suspension or another email address invalidates it. A request for an email gets the same
//! response after the same time, whether the email address is known or not. Strangers can cause at most one email an
//! hour to an email address.

mod addresses;
mod delivery;
mod handlers;
mod letters;
mod queries;
mod recovery;
mod token;

pub(super) use addresses::{ask_confirmation, pending_addresses};
pub(crate) use delivery::AccountMail;
pub(super) use handlers::routes;
pub(super) use queries::{forget_confirmations, forget_expired};
pub(super) use token::{Purpose, bad_token, secret};
