//! SQL queries for signing keys.

use diesel::prelude::*;

use super::key::SigningKeyRow;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::signing_keys;

/// Returns all keys, newest first.
pub(super) fn all(conn: &mut Conn) -> Result<Vec<SigningKeyRow>> {
    let newest_first = (signing_keys::created_at.desc(), signing_keys::kid.desc());
    Ok(signing_keys::table.select(SigningKeyRow::as_select()).order_by(newest_first).load(conn)?)
}

/// Stores a new key.
pub(super) fn insert(conn: &mut Conn, key: &SigningKeyRow) -> Result<()> {
    diesel::insert_into(signing_keys::table).values(key).execute(conn)?;
    Ok(())
}

/// Retires every key, so that none signs any more.
pub(super) fn retire_all(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let signing = signing_keys::table.filter(signing_keys::retired_at.is_null());
    diesel::update(signing).set(signing_keys::retired_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Deletes keys that were retired before a time.
pub(super) fn delete_retired_before(conn: &mut Conn, time: Timestamp) -> Result<()> {
    let old =
        signing_keys::table.filter(signing_keys::retired_at.is_not_null()).filter(signing_keys::retired_at.assume_not_null().lt(time));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
