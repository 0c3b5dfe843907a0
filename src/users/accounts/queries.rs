//! SQL queries for accounts.

use std::collections::HashMap;

use diesel::prelude::*;

use super::user::{LISTING, User, UserId};
use crate::authors::Author;
use crate::db::{Backend, Conn, Id, Lock, PageOf, PageQuery, keyset};
use crate::error::{Error, Result, conflict_on};
use crate::schema::{authors, comment_moderation, comment_notices, comments, users};
use crate::users::role::Role;

/// Returns one page of accounts.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<User>> {
    let rows = users::table.select(User::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, users::table.into_boxed::<Backend>()))
}

/// Returns the account with an id, if there is one.
pub(in crate::users) fn look_up(conn: &mut Conn, id: &str) -> Result<Option<User>> {
    let Ok(id) = id.parse::<UserId>() else { return Ok(None) };
    Ok(users::table.filter(users::id.eq(id)).select(User::as_select()).first(conn).optional()?)
}

/// Returns the account with an id, or an error.
pub(super) fn find(conn: &mut Conn, id: &str) -> Result<User> {
    look_up(conn, id)?.ok_or_else(Error::not_found)
}

/// Returns the account with an email address (in lower case), if there is one.
pub(in crate::users) fn find_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>> {
    Ok(users::table.filter(users::email.eq(email)).select(User::as_select()).first(conn).optional()?)
}

/// Returns the account with an id, locked until this transaction ends.
pub(in crate::users) fn locked(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    Lock::User.take_for(conn, id)?;
    look_up(conn, &id.to_string())
}

/// Returns every account by creation time: role, email address, name.
pub(super) fn directory(conn: &mut Conn) -> Result<Vec<(Role, String, String)>> {
    Ok(users::table.select((users::role, users::email, users::name)).order_by((users::created_at, users::id)).load(conn)?)
}

/// Returns the author profiles of some users, by user.
pub(super) fn profiles(conn: &mut Conn, ids: &[UserId]) -> Result<HashMap<UserId, Id<Author>>> {
    let owned = authors::table.filter(authors::user_id.is_not_null()).filter(authors::user_id.assume_not_null().eq_any(ids.to_vec()));
    let rows: Vec<(UserId, Id<Author>)> = owned.select((authors::user_id.assume_not_null(), authors::id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Checks whether there is no account at all.
pub(super) fn is_empty(conn: &mut Conn) -> Result<bool> {
    Ok(users::table.count().get_result::<i64>(conn)? == 0)
}

/// Checks whether there is another administrator who is not suspended.
pub(super) fn has_other_admin(conn: &mut Conn, besides: UserId) -> Result<bool> {
    let others = users::table.filter(users::role.eq(Role::Admin)).filter(users::suspended.eq(false)).filter(users::id.ne(besides));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// Stores a new account.
pub(super) fn insert(conn: &mut Conn, user: &User) -> Result<()> {
    conflict_on(diesel::insert_into(users::table).values(user).execute(conn), address_taken)?;
    Ok(())
}

/// Stores a changed account.
pub(in crate::users) fn update(conn: &mut Conn, user: &User) -> Result<()> {
    conflict_on(diesel::update(user).set(user).execute(conn), address_taken)?;
    Ok(())
}

/// Stores a new hash of an unchanged password, made with the current parameters.
pub(in crate::users) fn rehash(conn: &mut Conn, id: UserId, hash: &str) -> Result<()> {
    diesel::update(users::table.filter(users::id.eq(id))).set(users::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

/// Removes email addresses, IP addresses and other personal data from the comments that a user wrote with their account.
pub(super) fn forget_traces(conn: &mut Conn, user: &User) -> Result<()> {
    diesel::delete(comment_notices::table.filter(comment_notices::email.eq(&user.email))).execute(conn)?;
    let written = comments::table.filter(comments::user_id.eq(user.id)).select(comments::id);
    diesel::update(comment_moderation::table.filter(comment_moderation::comment_id.eq_any(written)))
        .set((comment_moderation::address.eq(None::<String>), comment_moderation::user_agent.eq(None::<String>)))
        .execute(conn)?;
    diesel::update(comments::table.filter(comments::user_id.eq(user.id)))
        .set((comments::author_email.eq(None::<String>), comments::edit_token_hash.eq(None::<String>), comments::notify_replies.eq(false)))
        .execute(conn)?;
    Ok(())
}

/// Deletes an account with its sessions and keys.
pub(super) fn delete(conn: &mut Conn, id: UserId) -> Result<()> {
    diesel::delete(users::table.filter(users::id.eq(id))).execute(conn)?;
    Ok(())
}

fn address_taken() -> Error {
    Error::conflict("Another account has this email address.")
}
