//! From what stands in `Authorization` to who is asking.

use super::caller::Caller;
use super::{keys, sessions, signing};
use crate::app::App;
use crate::error::{Code, Error, Result};

/// Who sent a bearer token: an API key by its mark, an access token otherwise.
///
/// The use of a key is noted where `noted`; whoever holds the database's one writer must not wait for it here.
pub(crate) async fn authenticate(app: &App, token: &str, noted: bool) -> Result<Caller> {
    if token.starts_with(keys::MARK) {
        return keys::bearer(app, token, noted).await;
    }
    let claims = signing::verify(app, token).await?;
    let (sid, now) = (claims.sid, app.now());
    let bearer = app.db.read(move |conn| sessions::find_bearer(conn, sid)).await?.ok_or_else(invalid_token)?;
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
