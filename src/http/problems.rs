//! `/problems/{code}`: what each error code means, for a person.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Tags, public};
use super::mount::Mount;
use super::request::Request;
use crate::error::{Code, Error, Result};

/// What an error code means.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// The code, as problem documents carry it.
    #[schema(example = "stale_version")]
    code: &'static str,
    /// The HTTP status that it comes with.
    #[schema(example = 412)]
    status: u16,
    /// What it is called.
    title: &'static str,
    /// What it means, and what to do.
    about: &'static str,
}

/// Mounts the page.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_problem);
}

/// Explains an error code.
///
/// The `type` of every problem document (RFC 9457) leads here.
#[utoipa::path(tag = "Operation", params(("code" = String, Path, description = "The code.", example = "stale_version")),
    responses((status = 200, body = ProblemKind, description = "What the code means.")))]
#[get("/problems/{code}")]
async fn read_problem(request: Request, code: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let code = Code::ALL.iter().find(|known| known.as_str() == *code).ok_or_else(Error::not_found)?;
    let kind = ProblemKind { code: code.as_str(), status: code.status(), title: code.title(), about: code.about() };
    public(&request, &kind, Tags::default())
}
