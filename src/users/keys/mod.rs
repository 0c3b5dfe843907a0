//! API keys: how programs come in, in the name of the person who made the key.
//!
//! Invariants: a key is shown once and kept as a hash; it can do no more than its scopes and its owner's role; it
//! manages no keys, sessions or passwords.

mod api_key;
mod handlers;
mod operations;
mod queries;

pub(super) use api_key::MARK;
pub(super) use handlers::routes;
pub(super) use operations::{bearer, create};
pub(super) use queries::delete_all;
