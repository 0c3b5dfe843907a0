//! Resolves the `Authorization` header to a caller.

use super::caller::Caller;
use super::{keys, sessions, signing};
use crate::error::{Code, Error, Result};
use crate::http::UnitOfWork;

/// Finds the caller for a bearer token. API keys are recognised by their prefix; any other token is an access token.
///
/// Inside an open transaction, the lookup uses the connection of the transaction: a request must never hold one connection and wait
/// for another.
pub(crate) async fn authenticate(work: &UnitOfWork, token: &str) -> Result<Caller> {
    if token.starts_with(keys::MARK) {
        return keys::bearer(work, token).await;
    }
    let claims = signing::verify(&work.app, token).await?;
    let (sid, now) = (claims.sid, work.app.now());
    let bearer = work.read(move |_, conn| sessions::find_bearer(conn, sid)).await?.ok_or_else(invalid_token)?;
    if bearer.user != claims.sub || !bearer.accepts(claims.ver, now) {
        return Err(invalid_token());
    }
    Ok(Caller::known(bearer.user, bearer.role, bearer.author, Some(sid.to_string()), None))
}

/// Returns the same error for every invalid token, whatever the reason.
pub(super) fn invalid_token() -> Error {
    Error::new(Code::Unauthenticated, "The token is unknown, expired or revoked.")
        .header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
}
