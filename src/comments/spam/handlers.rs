//! Forms over HTTP.

use actix_web::{HttpResponse, post};

use super::form::Form;
use crate::error::Result;
use crate::http::{Limit, Mount, Request, private};

/// Mounts the operation.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(begin_comment_form);
}

/// Begins a comment.
///
/// For front ends, when a reader first touches the comment's form: the answer's `form` goes along with the comment, and says
/// when it was begun. Who writes faster than people do, or without it, looks more like a machine. It is good for a day, for
/// any article and any number of comments; nothing of it is stored. It needs no body. An address may ask for `RATE_REPORT`.
#[utoipa::path(tag = "Comments", responses((status = 200, body = Form, description = "The form.")))]
#[post("/comments/forms")]
async fn begin_comment_form(request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Report, request.address)?;
    request.no_query()?;
    private(200, &Form::begin(&request.app))
}
