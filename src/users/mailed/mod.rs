//! What people do with tokens that were mailed to them: get a new password, prove a new address.
//!
//! Invariants: of a token only the hash is kept; it serves one purpose for one account, once, for a while, and not after
//! what it stood on has changed (a new password, a suspension, another address); whoever asks for a mail is told the same
//! after the same time, whether the address is known or not; strangers get one mail an hour sent to anybody.

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
