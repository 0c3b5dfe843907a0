//! The HTTP handlers of custom schemas: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, delete, get, put, web};

use super::custom_schema::{CustomSchemaDraft, CustomSchemaView, CustomSchemas};
use super::operations::{self, Replacement};
use crate::error::Result;
use crate::http::{Body, Mount, Request, editor, no_content, private};
use crate::users::{Admin, Caller, Staff};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(list_schemas).service(read_schema).service(replace_schema).service(delete_schema);
}

/// List custom schemas
///
/// Returns the schemas for the member `custom` of articles, authors and images. The OpenAPI document contains them, too.
#[utoipa::path(tag = "Schemas", params(Caller<Staff>), responses((status = 200, body = CustomSchemas, description = "The schemas.")))]
#[get("/schemas")]
async fn list_schemas(request: Request, _caller: Caller<Staff>) -> Result<HttpResponse> {
    request.no_query()?;
    private(200, &request.read(|_, conn| operations::list(conn)).await?)
}

/// Read a custom schema
///
/// Returns the JSON Schema for `custom` (`{}` if anything is allowed) and its version, which is also the `ETag` for conditional writes.
#[utoipa::path(tag = "Schemas", params(Caller<Staff>), responses((status = 200, body = CustomSchemaView, description = "The schema.")))]
#[get("/schemas/{kind}")]
async fn read_schema(request: Request, _caller: Caller<Staff>, name: web::Path<String>) -> Result<HttpResponse> {
    let kind = operations::kind(&name)?;
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, kind)).await?;
    editor(&view, view.version)
}

/// Replace a custom schema
///
/// The request body is a JSON Schema (2020-12), which `custom` of all articles, authors or images must satisfy whenever they
/// are saved. It must not use keywords outside the standard (except `x-…`), references to other documents, or recursion; it may
/// have at most 50 patterns (without look-around) and 1000 subschemas. `{}` removes the schema. If existing objects violate the
/// schema, the response is `409` and lists them in `misfits`. With `force=true`, the schema is accepted: the objects are kept and
/// published content stays readable, but the objects fail validation when they are next saved.
#[utoipa::path(
    tag = "Schemas",
    params(
        ("force" = Option<bool>, Query, description = "Whether to accept the schema even if existing objects violate it."),
        Caller<Admin>,
    ),
    request_body = CustomSchemaDraft,
    responses((status = 200, body = CustomSchemaView, description = "The changed schema.")),
)]
#[put("/schemas/{kind}")]
async fn replace_schema(body: Body, request: Request, caller: Caller<Admin>, name: web::Path<String>) -> Result<HttpResponse> {
    let kind = operations::kind(&name)?;
    let mut query = request.query();
    let force = query.truth("force");
    query.finish()?;
    let how = Replacement { kind, condition: request.precondition(), force };
    let view = request.write(move |app, conn| operations::replace(app, conn, &caller, &how, &body.0)).await?;
    editor(&view, view.version)
}

/// Delete a custom schema
///
/// Allows any custom members again. Stored objects are not changed.
#[utoipa::path(tag = "Schemas", params(Caller<Admin>), responses((status = 204, description = "The kind has no schema.")))]
#[delete("/schemas/{kind}")]
async fn delete_schema(request: Request, caller: Caller<Admin>, name: web::Path<String>) -> Result<HttpResponse> {
    let kind = operations::kind(&name)?;
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, kind, &condition)).await?;
    Ok(no_content())
}
