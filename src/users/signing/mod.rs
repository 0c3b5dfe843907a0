//! Access tokens (JWT, RFC 9068) and the keys that sign them.
//!
//! Invariants: EdDSA is the only algorithm. The private half of a key is stored encrypted. A key that no longer signs
//! stays published until its last token has expired.

mod handlers;
mod jwt;
mod key;
mod provider;
mod queries;
mod ring;

pub(crate) use handlers::routes;
pub(super) use jwt::{LIFETIME, TokenSubject};
pub(crate) use ring::{KeyRing, rotate_signing_key};
pub(super) use ring::{signer, verify};
