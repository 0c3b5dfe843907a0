//! SQL queries for API keys.

use diesel::prelude::*;

use super::api_key::{ApiKey, ApiKeyId, KeyBearer, LISTING};
use crate::authors::Author;
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, Timestamp, keyset};
use crate::error::Result;
use crate::schema::{api_keys, authors, users};
use crate::users::accounts::UserId;
use crate::users::role::Role;

/// Returns the key with a hash, together with its owner, if there is one.
pub(super) fn find_bearer(conn: &mut Conn, hash: &str) -> Result<Option<KeyBearer>> {
    let found = api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::user_id)))
        .left_join(authors::table.on(authors::user_id.eq(users::id.nullable())))
        .filter(api_keys::hash.eq(hash))
        .select((ApiKey::as_select(), users::role, users::suspended, authors::id.nullable()))
        .first::<(ApiKey, Role, bool, Option<Id<Author>>)>(conn)
        .optional()?;
    Ok(found.map(|(key, role, suspended, author)| KeyBearer { key, role, suspended, author }))
}

/// Returns one page of a user's keys, or of everybody's.
pub(super) fn page(conn: &mut Conn, query: &PageQuery, user: Option<UserId>) -> Result<PageOf<ApiKey>> {
    let (mut rows, mut all) =
        (api_keys::table.select(ApiKey::as_select()).into_boxed::<Backend>(), api_keys::table.into_boxed::<Backend>());
    if let Some(user) = user {
        rows = rows.filter(api_keys::user_id.eq(user));
        all = all.filter(api_keys::user_id.eq(user));
    }
    Ok(keyset!(conn, LISTING, query, rows, all))
}

/// Returns the key with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: &str) -> Result<Option<ApiKey>> {
    let Ok(id) = id.parse::<ApiKeyId>() else { return Ok(None) };
    Ok(api_keys::table.filter(api_keys::id.eq(id)).select(ApiKey::as_select()).first(conn).optional()?)
}

/// Stores a new key.
pub(super) fn insert(conn: &mut Conn, key: &ApiKey) -> Result<()> {
    diesel::insert_into(api_keys::table).values(key).execute(conn)?;
    Ok(())
}

/// Stores the time of a key's last use.
pub(super) fn touch(conn: &mut Conn, id: ApiKeyId, now: Timestamp) -> Result<()> {
    diesel::update(api_keys::table.filter(api_keys::id.eq(id))).set(api_keys::last_used_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Deletes all keys of a user. Returns their number.
pub(in crate::users) fn delete_all(conn: &mut Conn, user: UserId) -> Result<usize> {
    Ok(diesel::delete(api_keys::table.filter(api_keys::user_id.eq(user))).execute(conn)?)
}

/// Deletes a key.
pub(super) fn delete(conn: &mut Conn, id: ApiKeyId) -> Result<()> {
    diesel::delete(api_keys::table.filter(api_keys::id.eq(id))).execute(conn)?;
    Ok(())
}
