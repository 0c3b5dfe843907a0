//! People and keys: accounts, roles, sessions, access tokens, API keys.
//!
//! Invariants: a token's session and version are looked up at every request, so that logout, a changed password, a
//! changed role and suspension work at once; passwords and tokens are kept only as hashes; there is always an admin.

mod caller;
mod role;
mod user;

pub(crate) use caller::{Admin, Author, Caller, Editor, Moderator, Right, Staff, Writer};
pub(crate) use role::{Role, Scope};
pub(crate) use user::{User, UserId};

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(_config: &mut ServiceConfig<'_>) {}

/// Mounts the public keys.
pub(crate) fn well_known_routes(_config: &mut ServiceConfig<'_>) {}

/// The signing keys.
#[derive(Default)]
pub(crate) struct KeyRing;

/// The password pool.
pub(crate) struct PasswordHasher;
impl PasswordHasher {
    pub(crate) fn new() -> Self {
        Self
    }
}

pub(crate) async fn authenticate(_app: &crate::app::App, _token: &str) -> crate::error::Result<Caller> {
    Err(crate::error::Error::not_found())
}

impl crate::app::App {
    pub(crate) async fn create_user(&self, _email: &str, _name: &str, _role: &str, _password: &str) -> Result<String, String> {
        Err("not yet".into())
    }
    pub(crate) async fn ensure_first_admin(&self) -> Result<(), String> {
        Ok(())
    }
    pub(crate) async fn rotate_signing_key(&self) -> Result<String, String> {
        Err("not yet".into())
    }
    pub(crate) async fn list_users(&self) -> Result<Vec<(String, String, String)>, String> {
        Ok(Vec::new())
    }
}
