//! Users and keys: accounts, roles, sessions, access tokens, API keys.
//!
//! Invariants: every request looks up the session and version of its token, so that a logout, a new password, a new
//! role and a suspension work at once. Passwords and tokens are stored only as hashes. There is always an
//! administrator. A token sent by email works once and for one purpose.

mod accounts;
mod authenticate;
mod caller;
mod demand;
mod email_tokens;
mod invitations;
mod keys;
mod passwords;
mod role;
mod sessions;
mod signing;

pub use accounts::Newcomer;
pub(crate) use accounts::{OwnAccountDraft, User, UserChange, UserId};
pub(crate) use authenticate::authenticate;
pub(crate) use caller::{Admin, Author, Caller, Editor, GuestOr, KeyUse, Moderator, Right, Staff, Writer};
pub(crate) use demand::{Demand, demand};
pub(crate) use email_tokens::AccountMail;
pub(crate) use invitations::{Invitation, InvitationView, erase_by_email as erase_invitation, read_by_email as invitation_of};
pub(crate) use passwords::PasswordHasher;
pub(crate) use role::{OldScope, Role, Scope};
pub(crate) use sessions::FailedLogins;
pub(crate) use signing::{KeyRing, routes as well_known_routes};

use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::http::Mount;

/// Mounts the routes.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .configure(sessions::routes)
        .configure(email_tokens::routes)
        // Invitations come before accounts, because `/users/{user}` would also match `/users/invitations`.
        .configure(invitations::routes)
        .configure(accounts::routes)
        .configure(keys::routes);
}

/// Deletes email tokens and invitations that can no longer be used. Returns the number of invitations.
pub(crate) fn forget_expired_tokens(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    email_tokens::forget_expired(conn, now)?;
    invitations::forget_expired(conn, now)
}
