//! `/openapi.json` and `/docs`, which tries requests out and needs no internet.

use std::io::Read;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};
use flate2::read::GzDecoder;

use super::answer::{Tags, public_document};
use super::cache::Coding;
use super::mount::Mount;
use super::request::Request;
use crate::error::{Error, Result};

/// Nothing but the page's own files runs, and only this server is called.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/// The page itself: Swagger UI's own has no title of ours and is too wide for phones.
const DOCS_PAGE: &str = include_str!("docs/index.html");

/// Mounts the document and the page that shows it.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_root).service(read_openapi);
    mount.unnamed("/docs", || web::get().to(to_docs)).unnamed("/docs/{file:.*}", || web::get().to(docs_file));
}

/// Leads to the documentation.
///
/// For whoever opens the server's own address in a browser.
#[utoipa::path(tag = "Operation", responses((status = 303, description = "The documentation is at Location.", headers(("Location" = String, description = "Its address.")))))]
#[get("/")]
async fn read_root(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    Ok(HttpResponse::SeeOther().insert_header(("Location", "/docs/")).insert_header(("Cache-Control", "public, max-age=60")).finish())
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
    Ok(public_document(&request, "application/json", text, &Tags::of(&["schemas"]), None))
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header(("Location", "/docs/")).insert_header(("Content-Security-Policy", DOCS_POLICY)).finish()
}

async fn docs_file(request: HttpRequest, file: web::Path<String>) -> Result<HttpResponse> {
    let name = file.as_str();
    if ["", "index.html"].contains(&name) {
        return Ok(docs_answer("text/html; charset=utf-8").body(DOCS_PAGE));
    }
    let found = utoipa_swagger_ui::serve(name, Arc::new(docs_settings())).map_err(|error| Error::internal(&error.to_string()))?;
    let found = found.ok_or_else(Error::not_found)?;
    let mut answer = docs_answer(&found.content_type);
    if found.gzpipped && Coding::Gzip.is_taken(request.headers()) {
        return Ok(answer.insert_header(("Content-Encoding", "gzip")).body(found.bytes.into_owned()));
    }
    let mut plain = Vec::new();
    if found.gzpipped {
        GzDecoder::new(found.bytes.as_ref()).read_to_end(&mut plain)?
    } else {
        found.bytes.as_ref().read_to_end(&mut plain)?
    };
    Ok(answer.body(plain))
}

fn docs_answer(content_type: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(content_type)
        .insert_header(("Content-Security-Policy", DOCS_POLICY))
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .insert_header(("Vary", "Accept-Encoding"));
    answer
}

/// Everything is folded and can be filtered: with all operations open, the page takes seconds to draw.
fn docs_settings() -> utoipa_swagger_ui::Config<'static> {
    utoipa_swagger_ui::Config::from("/openapi.json")
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .doc_expansion("none")
        .filter(true)
        .default_models_expand_depth(0)
}
