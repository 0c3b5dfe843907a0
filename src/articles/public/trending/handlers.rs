//! HTTP handler for the view beacon.

use actix_web::{HttpResponse, post, web};

use super::queries;
use crate::error::Result;
use crate::http::{Limit, Mount, Request, no_content};
use crate::visitors::Visit;

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(count_view);
}

/// Count a view of an article
///
/// A beacon for front ends, such as for `navigator.sendBeacon`. It ignores any request body and sets no cookie. A visitor, identified by
/// IP address and user agent, counts once in half an hour; the response does not reveal whether the view was counted. Nothing about
/// the visitor is stored. Views appear in `sort=trending` after about a minute. The setting `RATE_VIEW` limits the reported views
/// per IP address.
#[utoipa::path(tag = "Articles", responses((status = 204, description = "The beacon was accepted.")))]
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
