//! The operations on schemas of custom fields over HTTP: unpack, one unit of work, answer.

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

/// Lists the schemas of custom fields.
///
/// What `custom` of articles, authors and images must be, one for each; the OpenAPI document has the same in its place.
#[utoipa::path(tag = "Schemas", security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = CustomSchemas, description = "The schemas.")))]
#[get("/schemas")]
async fn list_schemas(request: Request, _caller: Caller<Staff>) -> Result<HttpResponse> {
    request.no_query()?;
    private(200, &request.read(|_, conn| operations::list(conn)).await?)
}

/// Reads a schema of custom fields.
///
/// The JSON Schema that `custom` must fit, `{}` where it may be anything, and its version as the `ETag`, which guards writes.
#[utoipa::path(tag = "Schemas", params(("kind" = String, Path, description = "`article`, `author` or `image`.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = CustomSchemaView, description = "The schema.")))]
#[get("/schemas/{kind}")]
async fn read_schema(request: Request, _caller: Caller<Staff>, name: web::Path<String>) -> Result<HttpResponse> {
    let kind = operations::kind(&name)?;
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, kind)).await?;
    editor(&view, view.version)
}

/// Says what custom fields must be.
///
/// The body is a JSON Schema (2020-12) that `custom` of articles, authors or images must fit from now on, at every save. It has
/// no keyword that the standard does not know (but those that begin with `x-`), refers to nothing outside itself and not to
/// itself, has up to 50 patterns (without look-around) and 1000 parts; `{}` takes it away. Where something is there that would
/// not fit, it is refused with the list (`409`, `misfits`), but for `force=true`: then those stay as they are, readers go on
/// seeing what is published, and whoever saves one next is told.
#[utoipa::path(tag = "Schemas", params(("kind" = String, Path, description = "`article`, `author` or `image`."), ("force" = Option<bool>, Query, description = "Whether to accept it over objects that do not fit.")),
    request_body = CustomSchemaDraft, security(("bearer" = ["admin"])), responses((status = 200, body = CustomSchemaView, description = "The schema.")))]
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

/// Lets custom fields be anything.
///
/// Takes the schema away; what is stored stays as it is.
#[utoipa::path(tag = "Schemas", params(("kind" = String, Path, description = "`article`, `author` or `image`.")), security(("bearer" = ["admin"])),
    responses((status = 204, description = "There is no schema.")))]
#[delete("/schemas/{kind}")]
async fn delete_schema(request: Request, caller: Caller<Admin>, name: web::Path<String>) -> Result<HttpResponse> {
    let kind = operations::kind(&name)?;
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, kind, &condition)).await?;
    Ok(no_content())
}
