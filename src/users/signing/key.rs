//! A signing key: its row, and its form in memory.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use diesel::prelude::*;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Id, Timestamp};
use crate::schema::signing_keys;
use crate::secrets::{Secrets, random};

/// The purpose under which private keys are sealed.
const PURPOSE: &str = "signing key";
/// How long a key signs: 90 days, in milliseconds.
const TERM_MILLIS: u64 = 90 * 24 * 60 * 60 * 1000;
/// How long a retired key is still published, in seconds. Another node may sign with it for another minute, and the
/// last token lives for 15 minutes.
const RETIRED_SECONDS: i64 = 60 * 60;

/// A signing key, as stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub(super) struct SigningKeyRow {
    pub(super) kid: Id<SigningKeyRow>,
    pub(super) public_key: String,
    sealed_private_key: String,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
}

impl SigningKeyRow {
    /// Generates a key pair.
    pub(super) fn generate(secrets: &Secrets, now: Timestamp) -> Self {
        let seed = random::<32>();
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        Self {
            kid: Id::new(now),
            public_key: BASE64.encode(public),
            sealed_private_key: secrets.seal(PURPOSE, &seed),
            created_at: now,
            retired_at: None,
        }
    }

    /// Returns the key ready for use, or `None` if the stored public key is malformed.
    pub(super) fn open(&self, secrets: &Secrets) -> Option<SigningKey> {
        let public = BASE64.decode(&self.public_key).ok().filter(|bytes| bytes.len() == 32)?;
        Some(SigningKey {
            kid: self.kid.to_string(),
            decoding: DecodingKey::from_ed_der(&public),
            encoding: secrets.unseal(PURPOSE, &self.sealed_private_key).map(|seed| EncodingKey::from_ed_der(&seed)),
            created_at: self.created_at,
            retired_at: self.retired_at,
        })
    }

    /// Checks whether tokens signed with this key may still be valid.
    pub(super) fn is_published(&self, now: Timestamp) -> bool {
        counts(self.retired_at, now)
    }

    /// Returns the public half (RFC 8037).
    pub(super) fn public_jwk(&self) -> PublicKey {
        PublicKey { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid: self.kid.to_string(), x: self.public_key.clone() }
    }
}

/// A signing key ready for use.
pub(super) struct SigningKey {
    pub(super) kid: String,
    pub(super) decoding: DecodingKey,
    /// The private half; `None` if it was sealed with another secret key.
    pub(super) encoding: Option<EncodingKey>,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
}

impl SigningKey {
    /// Checks whether the key may sign. A key whose creation time is far in the future, because of a clock error, may not sign.
    pub(super) fn may_sign(&self, now: Timestamp) -> bool {
        let age = now.millis().abs_diff(self.created_at.millis());
        self.encoding.is_some() && self.retired_at.is_none() && age < TERM_MILLIS
    }

    /// Checks whether tokens signed with this key may still be valid.
    pub(super) fn may_verify(&self, now: Timestamp) -> bool {
        counts(self.retired_at, now)
    }
}

fn counts(retired_at: Option<Timestamp>, now: Timestamp) -> bool {
    retired_at.is_none_or(|retired_at| now < retired_at.plus_seconds(RETIRED_SECONDS))
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Serialize, ToSchema)]
pub(super) struct PublicKey {
    /// The key type.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// The elliptic curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// The algorithm.
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// The use of the key: signatures.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: &'static str,
    /// The key id, as in the header of tokens.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    kid: String,
    /// The public key, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
}

/// The public keys of this installation.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicKeys {
    /// The keys whose tokens may still be valid, newest first.
    pub(super) keys: Vec<PublicKey>,
}
