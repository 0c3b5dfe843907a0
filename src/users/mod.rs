//! People and keys: accounts, roles, sessions, access tokens, API keys.
//!
//! Invariants: a token's session and version are looked up at every request, so that logout, a changed password, a
//! changed role and suspension work at once; passwords and tokens are kept only as hashes; there is always an admin;
//! what was mailed to somebody works once and for one thing.

mod accounts;
mod authenticate;
mod caller;
mod demand;
mod invitations;
mod keys;
mod mailed;
mod passwords;
mod role;
mod sessions;
mod signing;

pub use accounts::Newcomer;
pub(crate) use accounts::{OwnAccountDraft, User, UserChange, UserId};
pub(crate) use authenticate::authenticate;
pub(crate) use caller::{Admin, Asked, Author, Caller, Editor, Moderator, Right, Staff, Writer};
pub(crate) use demand::{Demand, demand};
pub(crate) use mailed::AccountMail;
pub(crate) use passwords::PasswordHasher;
pub(crate) use role::{OldScope, Role, Scope};
pub(crate) use sessions::FailedLogins;
pub(crate) use signing::{KeyRing, routes as well_known_routes};

use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::http::Mount;

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .configure(sessions::routes)
        .configure(mailed::routes)
        // Before accounts, whose ids stand where their name does.
        .configure(invitations::routes)
        .configure(accounts::routes)
        .configure(keys::routes);
}

/// Forgets mailed tokens and invitations that nobody can use any more.
pub(crate) fn forget_expired_tokens(conn: &mut Conn, now: Timestamp) -> Result<()> {
    mailed::forget_expired(conn, now)?;
    invitations::forget_expired(conn, now)
}
