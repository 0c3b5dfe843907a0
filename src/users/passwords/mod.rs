//! Passwords: argon2id in a pool of its own, so that a flood of logins never takes the place of reads.
//!
//! Invariants: a password is kept only as its hash; it is in no log, error or `Debug`; hashing for somebody unknown
//! takes as long as for somebody known.

mod common;
mod password;

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::secrets::random;
pub(super) use password::{NewPassword, check};

/// Memory in KiB, passes and lanes, as OWASP advises.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// The hash of a password that nobody has, made with the same cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBmb3Igbm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The password pool.
pub(crate) struct PasswordHasher {
    turns: Arc<Semaphore>,
}

impl PasswordHasher {
    /// As many turns as there are cores.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)) }
    }

    /// A turn for a request, at once or not at all.
    pub(super) fn try_turn(&self) -> Result<Turn> {
        let busy = |_| Error::unavailable("all turns of the password pool are taken").header("Retry-After", "1");
        Arc::clone(&self.turns).try_acquire_owned().map(|permit| Turn { _permit: permit }).map_err(busy)
    }

    /// A turn, however long it takes: for the command line.
    pub(super) async fn turn(&self) -> Result<Turn> {
        Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map(|permit| Turn { _permit: permit })
            .map_err(|error| Error::internal(&error.to_string()))
    }
}

/// The right to keep one core busy; it is given back when the work is done, even if nobody waits for it any more.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// Whether a password is the one with this hash; without a hash it is not, after the same time.
    pub(super) async fn verify(self, password: String, hash: Option<String>) -> Result<(Self, bool)> {
        self.busy(move || {
            let known = hash.is_some();
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).or_else(|_| PasswordHash::new(NOBODY));
            let matches = parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
            Ok(known && matches)
        })
        .await
    }

    /// A password's hash, with a salt of its own.
    pub(super) async fn hash(self, password: String) -> Result<String> {
        let hashed = self.busy(move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &random::<16>());
            hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(&error.to_string()))
        });
        Ok(hashed.await?.1)
    }

    async fn busy<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<(Self, T)> {
        let done = tokio::task::spawn_blocking(move || work().map(|value| (self, value)));
        done.await.map_err(|error| Error::internal(&error.to_string()))?
    }
}

/// Whether a hash was made at another cost than the present one.
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
        assert!(right && !wrong && !nobody);
    }

    #[actix_web::test]
    async fn no_more_turns_than_cores() {
        let pool = PasswordHasher { turns: Arc::new(Semaphore::new(1)) };
        let turn = pool.try_turn().unwrap();
        assert_eq!(pool.try_turn().err().map(|error| error.code()), Some(crate::error::Code::Unavailable));
        drop(turn);
        assert!(pool.try_turn().is_ok());
    }
}
