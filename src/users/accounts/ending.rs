//! The end of what an account opens: whoever ends it, and why, all of it ends here.

use super::user::UserId;
use crate::db::Conn;
use crate::error::Result;
use crate::http::forget_kept_answers;
use crate::users::{keys, sessions};

/// Ends all sessions of an account with their refresh tokens, its kept answers of `Idempotency-Key` and, unless they are to
/// stay, its API keys; says how many keys ended.
pub(in crate::users) fn end_access(conn: &mut Conn, user: UserId, keep_keys: bool) -> Result<usize> {
    sessions::end_all(conn, user)?;
    forget_kept_answers(conn, user)?;
    if keep_keys { Ok(0) } else { keys::delete_all(conn, user) }
}
