//! The key ring: caches the signing keys in memory, so that requests need no query for them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::jwt::{self, Claims};
use super::key::{SigningKey, SigningKeyRow};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::users::authenticate::invalid_token;

/// The maximum age of the cached keys for signing, in milliseconds. Another node may have changed the keys meanwhile.
const MAX_KEY_AGE_MILLIS: u64 = 60_000;
/// The minimum time between two lookups for unknown key ids.
const MIN_LOOKUP_INTERVAL: Duration = Duration::from_secs(1);
/// The time for which the row of a retired key is kept, in seconds.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The signing keys of this process.
pub(crate) struct KeyRing {
    ring: RwLock<Ring>,
    /// Serialises the lookups for unknown keys, so that waiting requests share one result.
    search: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Ring {
    /// The keys, newest first.
    keys: Vec<Arc<SigningKey>>,
    loaded_at: Option<Timestamp>,
    searched_at: Option<Instant>,
}

impl Default for KeyRing {
    fn default() -> Self {
        super::provider::install();
        Self { ring: RwLock::default(), search: tokio::sync::Mutex::default() }
    }
}

impl KeyRing {
    fn read<T>(&self, look: impl FnOnce(&Ring) -> T) -> T {
        look(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ring) -> T) -> T {
        change(&mut self.ring.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        self.read(|ring| ring.keys.iter().find(|key| key.kid == kid && key.may_verify(now)).cloned())
    }

    fn signer(&self, now: Timestamp) -> Option<Arc<SigningKey>> {
        self.read(|ring| ring.keys.iter().find(|key| key.may_sign(now)).cloned())
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.read(|ring| ring.loaded_at.is_some_and(|at| now.millis().abs_diff(at.millis()) < MAX_KEY_AGE_MILLIS))
    }

    /// Checks whether another lookup for an unknown key is due, and counts it.
    fn may_search(&self) -> bool {
        self.change(|ring| {
            let waiting = ring.searched_at.is_some_and(|at| at.elapsed() < MIN_LOOKUP_INTERVAL);
            if !waiting {
                ring.searched_at = Some(Instant::now());
            }
            !waiting
        })
    }

    async fn load(&self, app: &App) -> Result<()> {
        let rows = app.db.read(queries::all).await?;
        let keys = rows.iter().filter_map(|row| row.open(&app.secrets)).map(Arc::new).collect();
        self.change(|ring| {
            ring.keys = keys;
            ring.loaded_at = Some(app.now());
        });
        Ok(())
    }
}

/// Returns the key that signs now. Creates one if there is none or its 90 days are over.
pub(in crate::users) async fn signer(app: &App) -> Result<jwt::Signer> {
    let now = app.now();
    if !app.keys.is_fresh(now) || app.keys.signer(now).is_none() {
        app.keys.load(app).await?;
    }
    if app.keys.signer(now).is_none() {
        app.write(ensure_signing_key).await?;
        app.keys.load(app).await?;
    }
    let key = app.keys.signer(now).ok_or_else(|| Error::internal("there is no signing key"))?;
    Ok(jwt::Signer { key, issuer: issuer(app) })
}

/// Returns the claims of an access token that this installation signed and that is in force.
pub(in crate::users) async fn verify(app: &App, token: &str) -> Result<Claims> {
    let now = app.now();
    let kid = jwt::kid(token).ok_or_else(invalid_token)?;
    let mut key = app.keys.find(&kid, now);
    if key.is_none() {
        let _turn = app.keys.search.lock().await;
        key = app.keys.find(&kid, now);
        if key.is_none() && app.keys.may_search() {
            app.keys.load(app).await?;
            key = app.keys.find(&kid, now);
        }
    }
    let key = key.ok_or_else(invalid_token)?;
    jwt::verify(token, &key, &issuer(app), now).ok_or_else(invalid_token)
}

/// Returns the issuer of the tokens. It identifies the database, whatever the node or the URL.
fn issuer(app: &App) -> String {
    format!("urn:uuid:{}", app.db.identity())
}

/// Creates a new signing key and returns its id. Tokens signed with the old key stay valid until they expire.
pub(crate) fn rotate_signing_key(app: &App, conn: &mut Conn) -> Result<String> {
    Lock::SigningKeys.take(conn)?;
    replace(app, conn)
}

fn ensure_signing_key(app: &App, conn: &mut Conn) -> Result<()> {
    Lock::SigningKeys.take(conn)?;
    let now = app.now();
    let usable = queries::all(conn)?.iter().filter_map(|row| row.open(&app.secrets)).any(|key| key.may_sign(now));
    if usable { Ok(()) } else { replace(app, conn).map(drop) }
}

fn replace(app: &App, conn: &mut Conn) -> Result<String> {
    let now = app.now();
    let key = SigningKeyRow::generate(&app.secrets, now);
    queries::delete_retired_before(conn, now.plus_seconds(-KEPT_SECONDS))?;
    queries::retire_all(conn, now)?;
    queries::insert(conn, &key)?;
    let event = Event {
        kind: EventKind::SigningKeyCreated,
        actor: None,
        subject_kind: "signing_key",
        subject_id: key.kid.to_string(),
        tags: vec![KindTag::SigningKeys.into()],
        details: Value::Null,
    };
    events::record(conn, now, event)?;
    Ok(key.kid.to_string())
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
