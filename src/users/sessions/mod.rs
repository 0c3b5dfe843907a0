//! Sessions: login and logout, refresh tokens, and the lookup for access tokens.
//!
//! Invariants: a session lasts at most 30 days, however often it is refreshed. A refresh token works once; its second
//! use ends the session. A failed login does not say why it failed.

mod attempts;
mod handlers;
mod login;
mod operations;
mod queries;
mod session;

pub(crate) use attempts::FailedLogins;
pub(super) use handlers::routes;
pub(super) use operations::of_caller;
pub(super) use queries::{end_all, end_others, find_bearer};
pub(super) use session::{Client, Session, SessionId};
