//! Revokes everything that gives access to an account. Every caller that ends access uses this function.

use super::user::UserId;
use crate::db::Conn;
use crate::error::Result;
use crate::http::forget_kept_answers;
use crate::users::{keys, sessions};

/// Ends all sessions of an account with their refresh tokens, deletes its stored `Idempotency-Key` responses and,
/// unless `keep_keys` is set, deletes its API keys. Returns the number of deleted keys.
pub(in crate::users) fn end_access(conn: &mut Conn, user: UserId, keep_keys: bool) -> Result<usize> {
    sessions::end_all(conn, user)?;
    forget_kept_answers(conn, user)?;
    if keep_keys { Ok(0) } else { keys::delete_all(conn, user) }
}
