//! From what stands in `Authorization` to who is asking.

use super::caller::Caller;
use super::{keys, sessions, signing};
use crate::error::{Code, Error, Result};
use crate::http::Work;

/// Who sent a bearer token: an API key by its mark, an access token otherwise.
///
/// Within an open transaction it is read there: nobody may hold one connection and wait for another.
pub(crate) async fn authenticate(work: &Work, token: &str) -> Result<Caller> {
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

/// The one answer to every token that is not good, whatever is wrong with it.
pub(super) fn invalid_token() -> Error {
    Error::new(Code::Unauthenticated, "The token is unknown, expired or ended.")
        .header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
}
