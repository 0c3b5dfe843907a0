//! `/.well-known/jwks.json`: the public keys to verify access tokens with.

use actix_web::{HttpResponse, get};

use super::key::PublicKeys;
use super::queries;
use crate::error::Result;
use crate::events::KindTag;
use crate::http::{Mount, Request, Tags, public};

/// Mounts the routes.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_public_keys);
}

/// Read the public keys of access tokens
///
/// Returns a JWK Set (RFC 7517). Keys change every 90 days; an old key stays listed until its last token has expired.
#[utoipa::path(tag = "Authentication", responses((status = 200, body = PublicKeys, description = "The public keys, newest first.")))]
#[get("/.well-known/jwks.json")]
async fn read_public_keys(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let now = request.app.now();
    let rows = request.read(|_, conn| queries::all(conn)).await?;
    let keys = rows.iter().filter(|row| row.is_published(now)).map(super::key::SigningKeyRow::public_jwk).collect();
    public(&request, &PublicKeys { keys }, Tags::of(&[KindTag::SigningKeys]))
}
