//! Passwords, hashed with argon2id. The number of hashes at a time is limited, so that a flood of logins cannot starve reads.
//!
//! Invariants: a password is stored only as its hash. It appears in no log, error or `Debug` output. Verification
//! takes the same time for unknown users as for known ones.

mod common;
mod password;

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::secrets::random;
use password::normalised;
pub(super) use password::{NewPassword, check};

/// The argon2 parameters that OWASP recommends: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// A hash that no password has, with the same parameters.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBmb3Igbm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The limit on concurrent password hashes.
pub(crate) struct PasswordHasher {
    permits: Arc<Semaphore>,
}

impl PasswordHasher {
    /// Creates one permit for each core.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { permits: Arc::new(Semaphore::new(cores)) }
    }

    /// Takes a permit for a request, or fails at once.
    pub(super) fn try_turn(&self) -> Result<HashingPermit> {
        let busy = |_| Error::unavailable("all permits of the password pool are taken").header("Retry-After", "1");
        Arc::clone(&self.permits).try_acquire_owned().map(|permit| HashingPermit { _permit: permit }).map_err(busy)
    }

    /// Waits for a permit: for the command line.
    pub(super) async fn turn(&self) -> Result<HashingPermit> {
        Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map(|permit| HashingPermit { _permit: permit })
            .map_err(|error| Error::internal(&error.to_string()))
    }
}

/// A permit to keep one core busy. It is released when the hashing ends, even if the request has gone.
pub(super) struct HashingPermit {
    _permit: OwnedSemaphorePermit,
}

impl HashingPermit {
    /// Verifies a password against a hash. Without a hash, it takes the same time and fails.
    ///
    /// Older hashes were made from the text as typed, without normalisation. That text is tried after the normalised
    /// text, for known and unknown users alike.
    pub(super) async fn verify(self, password: String, hash: Option<String>) -> Result<(Self, Verification)> {
        self.busy(move || {
            let known = hash.is_some();
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).or_else(|_| PasswordHash::new(NOBODY));
            let Ok(parsed) = parsed else { return Ok(Verification::Wrong) };
            let opens = |text: &str| Argon2::default().verify_password(text.as_bytes(), &parsed).is_ok() && known;
            let normal = normalised(&password);
            Ok(if opens(&normal) {
                Verification::Right
            } else if normal != password && opens(&password) {
                Verification::Unnormalised
            } else {
                Verification::Wrong
            })
        })
        .await
    }

    /// Hashes a password with a random salt. The password is converted to NFC, because devices encode the same characters
    /// differently.
    pub(super) async fn hash(self, password: String) -> Result<String> {
        let hashed = self.busy(move || {
            let hash = argon2()?.hash_password_with_salt(normalised(&password).as_bytes(), &random::<16>());
            hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(&error.to_string()))
        });
        Ok(hashed.await?.1)
    }

    async fn busy<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<(Self, T)> {
        let done = tokio::task::spawn_blocking(move || work().map(|value| (self, value)));
        done.await.map_err(|error| Error::internal(&error.to_string()))?
    }
}

/// The result of verifying a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verification {
    /// The password is right.
    Right,
    /// The password is right, but its hash was made from the text as typed and should be replaced.
    Unnormalised,
    /// The password is wrong, or the user is unknown.
    Wrong,
}

impl Verification {
    /// Checks whether the password was right.
    pub(super) fn matches(self) -> bool {
        self != Self::Wrong
    }
}

/// Checks whether a hash was made with other parameters than the present ones.
pub(super) fn is_outdated(hash: &str) -> bool {
    let (memory, passes, lanes) = COST;
    !hash.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$"))
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| Error::internal(&error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        assert!(!is_outdated(NOBODY));
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(parsed.hash.unwrap().len(), 32);
        assert_eq!(parsed.salt.unwrap().len(), 16);
    }

    #[actix_web::test]
    async fn only_the_right_password_matches() {
        let pool = PasswordHasher::new();
        let hash = pool.turn().await.unwrap().hash("a tram full of geese".into()).await.unwrap();
        assert!(!is_outdated(&hash));
        let turn = pool.turn().await.unwrap();
        let (turn, right) = turn.verify("a tram full of geese".into(), Some(hash.clone())).await.unwrap();
        let (turn, wrong) = turn.verify("a tram full of goose".into(), Some(hash)).await.unwrap();
        let (_, nobody) = turn.verify("a tram full of geese".into(), None).await.unwrap();
        assert_eq!((right, wrong, nobody), (Verification::Right, Verification::Wrong, Verification::Wrong));
    }

    #[actix_web::test]
    async fn one_password_has_one_hash_however_it_is_spelled() {
        let pool = PasswordHasher::new();
        let (composed, decomposed) = ("a tram f\u{fc}ll of geese", "a tram fu\u{308}ll of geese");
        let hash = pool.turn().await.unwrap().hash(decomposed.into()).await.unwrap();
        for spelling in [composed, decomposed] {
            let turn = pool.turn().await.unwrap();
            assert_eq!(turn.verify(spelling.into(), Some(hash.clone())).await.unwrap().1, Verification::Right);
        }
        // An older hash, of the text as typed.
        let before = argon2().unwrap().hash_password_with_salt(decomposed.as_bytes(), &random::<16>()).unwrap().to_string();
        let turn = pool.turn().await.unwrap();
        assert_eq!(turn.verify(decomposed.into(), Some(before)).await.unwrap().1, Verification::Unnormalised);
    }

    #[actix_web::test]
    async fn no_more_turns_than_cores() {
        let pool = PasswordHasher { permits: Arc::new(Semaphore::new(1)) };
        let turn = pool.try_turn().unwrap();
        assert_eq!(pool.try_turn().err().map(|error| error.code()), Some(crate::error::Code::Unavailable));
        drop(turn);
        assert!(pool.try_turn().is_ok());
    }
}
