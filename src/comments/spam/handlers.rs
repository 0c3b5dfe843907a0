//! HTTP handler for form tokens.

use actix_web::{HttpResponse, post};

use super::form::Form;
use crate::error::Result;
use crate::http::{Limit, Mount, Request, private};

/// Mounts the route.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(begin_comment_form);
}

/// Get a form token
///
/// Front ends fetch the token when a reader first uses the comment form, and send it with the comment as `form`. The token tells
/// the server when the reader began to write. Comments that are written faster than people write, or sent without a token, get a
/// higher spam score. The token is valid for a day, for any article and any number of comments. Nothing is stored. No request body
/// is needed. The setting `RATE_REPORT` limits the requests of an IP address.
#[utoipa::path(tag = "Comments", responses((status = 200, body = Form, description = "The form token.")))]
#[post("/comments/forms")]
async fn begin_comment_form(request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Report, request.address)?;
    request.no_query()?;
    private(200, &Form::begin(&request.app))
}
