//! Access tokens: signs them, and verifies every claim (RFC 7519, RFC 8725, RFC 9068).

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::key::SigningKey;
use crate::db::{Id, Timestamp};
use crate::error::{Error, Result};
use crate::users::accounts::User;
use crate::users::sessions::Session;

/// The lifetime of an access token, in seconds.
pub(in crate::users) const LIFETIME: i64 = 15 * 60;
/// The tolerated clock difference between two nodes, in seconds.
const LEEWAY: i64 = 30;
/// The maximum length of a token, in bytes. The server's own tokens have about 600.
const MAX_LENGTH: usize = 2000;
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "masthead";

/// The subject of a token.
#[derive(Clone, Copy)]
pub(in crate::users) struct TokenSubject {
    pub(in crate::users) user: Id<User>,
    pub(in crate::users) session: Id<Session>,
    pub(in crate::users) version: i32,
}

/// The claims of a token; all are required.
#[derive(Serialize, Deserialize)]
pub(in crate::users) struct Claims {
    iss: String,
    aud: String,
    pub(in crate::users) sub: Id<User>,
    pub(in crate::users) sid: Id<Session>,
    pub(in crate::users) ver: i32,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Id<Claims>,
}

/// Signs tokens.
pub(in crate::users) struct Signer {
    pub(super) key: Arc<SigningKey>,
    pub(super) issuer: String,
}

impl Signer {
    /// Signs a new access token.
    pub(in crate::users) fn sign(&self, subject: TokenSubject, now: Timestamp) -> Result<String> {
        let seconds = now.millis().div_euclid(1000);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: subject.user,
            sid: subject.session,
            ver: subject.version,
            iat: seconds,
            nbf: seconds,
            exp: seconds + LIFETIME,
            jti: Id::new(now),
        };
        let encoding = self.key.encoding.as_ref().ok_or_else(|| Error::internal("the signing key cannot be decrypted"))?;
        encode(&header(&self.key.kid), &claims, encoding).map_err(|error| Error::internal(&error.to_string()))
    }
}

/// Returns the id of the key that signed a token, or `None` if the header is not that of an access token.
pub(super) fn kid(token: &str) -> Option<String> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let found = decode_header(token).ok()?;
    let kid = found.kid.clone()?;
    // The header must equal the header that this server writes: no other algorithm or type, no key or certificate in the token.
    (found == header(&kid)).then_some(kid)
}

/// Returns a token's claims, if this key signed it and it is in force.
pub(super) fn verify(token: &str, key: &SigningKey, issuer: &str, now: Timestamp) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The code below checks times, with the server's own clock, and all other claims, so that all rules are in one place.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key.decoding, &validation).ok()?.claims;
    let now = now.millis().div_euclid(1000);
    let begun = claims.iat <= now + LEEWAY && claims.nbf <= now + LEEWAY;
    let in_force = now < claims.exp && claims.exp.checked_sub(claims.iat)? <= LIFETIME;
    (claims.iss == issuer && claims.aud == AUDIENCE && begun && in_force).then_some(claims)
}

fn header(kid: &str) -> Header {
    Header { typ: Some(TYPE.into()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
