//! `/problems/{code}`: explains each error code to people.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Tags, public};
use super::mount::Mount;
use super::request::Request;
use crate::error::{Code, Error, Result};

/// The explanation of an error code.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// The code, as in the `code` member of problem documents.
    #[schema(example = "stale_version")]
    code: &'static str,
    /// The HTTP status of responses with this code.
    #[schema(example = 412)]
    status: u16,
    /// The title of the problem.
    title: &'static str,
    /// The meaning of the code, and what the client can do.
    about: &'static str,
}

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_problem);
}

/// Explain an error code
///
/// The `type` of every problem document (RFC 9457) is the path of its explanation.
#[utoipa::path(
    tag = "Operation",
    params(("code" = String, Path, description = "The error code.", example = "stale_version")),
    responses((status = 200, body = ProblemKind, description = "The explanation of the code.")),
)]
#[get("/problems/{code}")]
async fn read_problem(request: Request, code: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let code = Code::ALL.iter().find(|known| known.as_str() == *code).ok_or_else(Error::not_found)?;
    let kind = ProblemKind { code: code.as_str(), status: code.status(), title: code.title(), about: code.about() };
    public(&request, &kind, Tags::default())
}
