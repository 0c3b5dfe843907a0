//! People and keys: accounts, roles, sessions, access tokens, API keys.
//!
//! Invariants: a token's session and version are looked up at every request, so that logout, a changed password, a
//! changed role and suspension work at once; passwords and tokens are kept only as hashes; there is always an admin.

mod accounts;
mod authenticate;
mod caller;
mod keys;
mod passwords;
mod role;
mod sessions;
mod signing;

pub(crate) use accounts::{OwnAccountDraft, User, UserChange, UserId};
pub(crate) use authenticate::authenticate;
pub(crate) use caller::{Admin, Author, Caller, Editor, Moderator, Right, Staff, Writer};
pub(crate) use passwords::PasswordHasher;
pub(crate) use role::{Role, Scope};
pub(crate) use sessions::FailedLogins;
pub(crate) use signing::{KeyRing, routes as well_known_routes};

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(sessions::routes).configure(accounts::routes).configure(keys::routes);
}
