//! Sessions: logging in and out, refresh tokens, and what a request with an access token stands on.
//!
//! Invariants: a session lives 30 days at most, however often it is refreshed; a refresh token works once, and one that
//! comes a second time ends its session; whoever may not log in is told nothing of why.

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
