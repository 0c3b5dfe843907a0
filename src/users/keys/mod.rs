//! API keys: how programs authenticate in the name of the user who created the key.
//!
//! Invariants: a key is shown once and stored as a hash. It can do only what both its scopes and its owner's role
//! allow. It cannot manage keys, sessions or passwords.

mod api_key;
mod handlers;
mod operations;
mod queries;

pub(super) use api_key::MARK;
pub(super) use handlers::routes;
pub(super) use operations::{bearer, create};
pub(super) use queries::delete_all;
