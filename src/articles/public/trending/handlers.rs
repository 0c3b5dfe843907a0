//! The beacon over HTTP.

use actix_web::{HttpResponse, post, web};

use super::queries;
use crate::error::Result;
use crate::http::{Limit, Mount, Request, no_content};
use crate::visitors::Visit;

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(count_view);
}

/// Counts a view of an article.
///
/// A beacon for front ends, such as `navigator.sendBeacon`: it needs no body and sets no cookie. One visitor, by address and
/// program, counts once in half an hour, which the answer does not tell; nothing of them is stored. Views show in
/// `sort=trending` a minute or so later. An address may send `RATE_VIEW` of them.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug.")),
    responses((status = 204, description = "The view was taken.")))]
#[post("/articles/{article}/views")]
async fn count_view(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    request.app.limits.check(Limit::View, request.address)?;
    request.no_query()?;
    let article = request.read(move |_, conn| queries::public_id(conn, &name)).await?;
    let subject = article.to_string();
    let visit = Visit { address: request.address, user_agent: request.header("user-agent").unwrap_or_default(), subject: &subject };
    if !request.is_dry_run() {
        request.app.views.count(article, &visit, request.app.now());
    }
    Ok(no_content())
}
