//! Accounts: who can log in, and as what.
//!
//! Invariants: an address belongs to one account, whatever its case; there is always an administrator who is not
//! suspended; who changes a password, or is suspended, has no session of before any more, nor a kept answer; a reset, a
//! suspension and a deletion end API keys, too; people come to another address of their own only by proving that it is theirs.

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
pub(super) use operations::{NewAccount, create, happened};
pub use provision::Newcomer;
pub(super) use queries::{find_by_email, locked, look_up, rehash, update};
pub(super) use user::UserView;
pub(crate) use user::{OwnAccountDraft, User, UserChange, UserId};
