//! `/openapi.json` and `/docs`, which tries requests out and needs no internet.

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::{Tags, public_text};
use super::request::Request;
use crate::error::{Error, Result};

/// Nothing but the page's own files runs, and only this server is called.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/// Mounts the document and the page that shows it.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_openapi);
    config.map(|config| config.route("/docs", web::get().to(to_docs)).route("/docs/{file:.*}", web::get().to(docs_file)));
}

/// Returns the OpenAPI document.
///
/// OpenAPI 3.1, generated from the program that answers: it says what the server does in every detail, the site's own schemas
/// of custom fields included.
#[utoipa::path(tag = "Operation", responses((status = 200, body = serde_json::Value, content_type = "application/json", description = "The document.")))]
#[get("/openapi.json")]
async fn read_openapi(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let text = request.read(crate::fields::document).await?;
    Ok(public_text(&request, "application/json", text, &Tags::of(&["schemas"])))
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header(("Location", "/docs/")).insert_header(("Content-Security-Policy", DOCS_POLICY)).finish()
}

async fn docs_file(file: web::Path<String>) -> Result<HttpResponse> {
    let config = std::sync::Arc::new(utoipa_swagger_ui::Config::from("/openapi.json").persist_authorization(true).try_it_out_enabled(true));
    let name = if file.is_empty() { "index.html" } else { file.as_str() };
    let found = utoipa_swagger_ui::serve(name, config).map_err(|error| Error::internal(&error.to_string()))?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(found.content_type)
        .insert_header(("Content-Security-Policy", DOCS_POLICY))
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .body(found.bytes.to_vec()))
}
