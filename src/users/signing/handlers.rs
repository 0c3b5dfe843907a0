//! `/.well-known/jwks.json`: with what others check access tokens.

use actix_web::{HttpResponse, get};

use super::key::PublicKeys;
use super::queries;
use crate::error::Result;
use crate::http::{Mount, Request, Tags, public};

/// Mounts the public keys.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_public_keys);
}

/// Returns the public keys of access tokens.
///
/// A JWK Set (RFC 7517). Keys change every 90 days; an old one stays here until the last of its tokens has expired.
#[utoipa::path(tag = "Authentication", responses((status = 200, body = PublicKeys, description = "The keys, newest first.")))]
#[get("/.well-known/jwks.json")]
async fn read_public_keys(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let now = request.app.now();
    let rows = request.read(|_, conn| queries::all(conn)).await?;
    let keys = rows.iter().filter(|row| row.is_published(now)).map(super::key::SigningKeyRow::public_jwk).collect();
    public(&request, &PublicKeys { keys }, Tags::of(&["signing-keys"]))
}
