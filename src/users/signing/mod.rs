//! Access tokens (JWT, RFC 9068) and the keys that sign them.
//!
//! Invariants: EdDSA is the only algorithm there is; the private half of a key is stored sealed; a key that signs no
//! more stays published until the last of its tokens has expired.

mod handlers;
mod jwt;
mod key;
mod provider;
mod queries;
mod ring;

pub(crate) use handlers::routes;
pub(super) use jwt::{LIFETIME, Subject};
pub(crate) use ring::{KeyRing, rotate_signing_key};
pub(super) use ring::{signer, verify};
