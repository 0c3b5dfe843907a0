//! `/healthz`: the process lives. `/readyz`: it can do its work.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::private;
use super::mount::Mount;
use super::request::Request;
use crate::db::SchemaState;
use crate::error::{Error, Result};

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Mounts the probes.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_health).service(read_readiness);
}

/// Tells that the process lives.
///
/// For a supervisor's liveness probe: it asks nothing of the database.
#[utoipa::path(tag = "Operation", operation_id = "read_health", responses((status = 200, body = Health, description = "The process lives.")))]
#[get("/healthz")]
async fn read_health(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    private(200, &OK)
}

/// Tells whether requests can be answered.
///
/// For a load balancer's readiness probe: the database answers, is not known to be damaged, has this program's schema, the media store can be used,
/// and the server is not about to stop.
#[utoipa::path(tag = "Operation", operation_id = "read_readiness", responses((status = 200, body = Health, description = "Requests can be answered.")))]
#[get("/readyz")]
async fn read_readiness(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let app = &request.app;
    if app.is_stopping() {
        return Err(Error::unavailable("the server is stopping").expected());
    }
    match app.db.schema().await? {
        SchemaState::Current => {}
        SchemaState::Pending(pending) => return Err(Error::unavailable(&format!("{pending} migrations are pending"))),
    }
    if let Some(damage) = app.db.damage() {
        return Err(Error::unavailable(&format!("the database is damaged: {damage}")).expected());
    }
    app.storage.check().await?;
    private(200, &OK)
}
