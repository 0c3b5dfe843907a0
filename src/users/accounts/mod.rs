//! Accounts: the people who can log in, and their roles.
//!
//! Invariants: an email address belongs to one account, regardless of case. There is always an administrator who is
//! not suspended. A new password or a suspension ends all earlier sessions and deletes the stored `Idempotency-Key`
//! responses; a password reset, a suspension and a deletion end the API keys, too. Users can change their own email
//! address only by proving that they own the new one.

mod ending;
mod handlers;
mod me;
mod operations;
mod own;
mod provision;
mod queries;
mod user;

pub(super) use ending::end_access;
pub(super) use handlers::routes;
pub(super) use operations::{NewAccount, account_event, create};
pub use provision::Newcomer;
pub(super) use queries::{find_by_email, locked, look_up, rehash, update};
pub(super) use user::UserView;
pub(crate) use user::{OwnAccountDraft, User, UserChange, UserId};
