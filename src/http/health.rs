//! `/healthz` (the process is alive) and `/readyz` (it can serve requests).

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::private;
use super::mount::Mount;
use super::request::Request;
use crate::db::SchemaState;
use crate::error::{Error, Result};

/// The result of a health check.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// The status, which is always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Mounts the health checks.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_health).service(read_readiness);
}

/// Check that the process is alive
///
/// A liveness probe for supervisors. It does not use the database.
#[utoipa::path(
    tag = "Operation", operation_id = "read_health",
    responses((status = 200, body = Health, description = "The process is alive.")),
)]
#[get("/healthz")]
async fn read_health(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    private(200, &OK)
}

/// Check that requests can be served
///
/// A readiness probe for load balancers. It succeeds if the database responds, has no known damage and has this program's schema, if the
/// media store can be used, and if the server is not stopping.
#[utoipa::path(
    tag = "Operation", operation_id = "read_readiness",
    responses((status = 200, body = Health, description = "Requests can be served.")),
)]
#[get("/readyz")]
async fn read_readiness(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let app = &request.app;
    if app.is_stopping() {
        return Err(Error::unavailable("the server is stopping").expected());
    }
    match app.db.schema().await? {
        SchemaState::Current => {}
        SchemaState::Pending(pending) => return Err(Error::unavailable(&format!("migrations are pending ({pending})"))),
    }
    if let Some(damage) = app.db.damage() {
        return Err(Error::unavailable(&format!("the database is damaged: {damage}")).expected());
    }
    app.storage.check().await?;
    private(200, &OK)
}
