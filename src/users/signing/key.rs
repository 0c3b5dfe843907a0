//! A signing key: its row, and what it is in memory.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use diesel::prelude::*;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Id, Timestamp};
use crate::schema::signing_keys;
use crate::secrets::{Secrets, random};

/// What the seal of a private half is for.
const PURPOSE: &str = "signing key";
/// A key signs for 90 days.
const TERM_MILLIS: u64 = 90 * 24 * 60 * 60 * 1000;
/// A retired key may still sign for a minute on another node, and its last token then lives for 15 minutes.
const RETIRED_SECONDS: i64 = 60 * 60;

/// A key as it is stored.
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
    /// A new key pair.
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

    /// The key ready for use; none where what is stored is no key.
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

    /// Whether its tokens may still live.
    pub(super) fn is_published(&self, now: Timestamp) -> bool {
        counts(self.retired_at, now)
    }

    /// The public half (RFC 8037).
    pub(super) fn public_jwk(&self) -> PublicKey {
        PublicKey { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid: self.kid.to_string(), x: self.public_key.clone() }
    }
}

/// A key ready for use.
pub(super) struct SigningKey {
    pub(super) kid: String,
    pub(super) decoding: DecodingKey,
    /// Missing where the seal is another secret key's.
    pub(super) encoding: Option<EncodingKey>,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
}

impl SigningKey {
    /// Whether it may sign. A time far ahead of now is a clock's mistake, and ends the key's term as well.
    pub(super) fn may_sign(&self, now: Timestamp) -> bool {
        let age = now.millis().abs_diff(self.created_at.millis());
        self.encoding.is_some() && self.retired_at.is_none() && age < TERM_MILLIS
    }

    /// Whether its tokens may still live.
    pub(super) fn may_verify(&self, now: Timestamp) -> bool {
        counts(self.retired_at, now)
    }
}

fn counts(retired_at: Option<Timestamp>, now: Timestamp) -> bool {
    retired_at.is_none_or(|retired_at| now < retired_at.plus_seconds(RETIRED_SECONDS))
}

/// A public key, as RFC 7517 and RFC 8037 write it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicKey {
    /// The family of keys.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// The algorithm.
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// What it is for: signatures.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: &'static str,
    /// The name that a token's header calls it by.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    kid: String,
    /// The key itself, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
}

/// The public keys of a server.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicKeys {
    /// Those whose tokens may still live, newest first.
    pub(super) keys: Vec<PublicKey>,
}
