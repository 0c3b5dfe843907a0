//! HTTP handlers for readers' operations on their subscription.

use actix_web::{HttpResponse, get, post, put};

use super::drafts::{NewsletterToken, OneClickForm, PROMISE, PreferencesDraft, PreferencesView, SubscriptionDraft, SubscriptionPromise};
use super::letters::UNSUBSCRIPTION_PAGE;
use super::operations;
use crate::error::Result;
use crate::http::{Body, Limit, Mount, OneClick, Request, lead_to_page, no_content, private};

/// Mounts the routes.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount.service(subscribe).service(confirm_subscription);
    mount.service(visit_unsubscription).service(unsubscribe).service(read_preferences).service(replace_preferences);
}

/// Subscribe to the newsletter
///
/// Sends an email that asks the owner of the email address to confirm. The link in the email leads to
/// `/newsletter/confirm?token=…` on the site. If the email address is already subscribed, the email says so. An email
/// address gets at most one such email an hour, or one a day if it is suppressed, for example because its owner
/// unsubscribed. The response and its timing are the same for every email address.
#[utoipa::path(
    tag = "Newsletter", request_body = SubscriptionDraft,
    responses((status = 202, body = SubscriptionPromise, description = "The sign-up is accepted.")),
)]
#[post("/newsletter/subscriptions")]
async fn subscribe(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| operations::subscribe(app, conn, &body.0)).await?;
    private(202, &PROMISE)
}

/// Confirm a subscription
///
/// Takes the token of an email; the token is valid for three days. A welcome email follows, with links to change the
/// preferences and to unsubscribe. Confirming again changes nothing and sends no email.
#[utoipa::path(
    tag = "Newsletter", request_body = NewsletterToken,
    responses((status = 204, description = "The email address is subscribed.")),
)]
#[post("/newsletter/confirmations")]
async fn confirm_subscription(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| operations::confirm(app, conn, &body.0)).await?;
    Ok(no_content())
}

/// Redirect to the site's page that ends a subscription
///
/// Some email programs open the `List-Unsubscribe` URL in a browser. The request changes nothing: the site's page
/// `/newsletter/unsubscribe?token=…` asks for confirmation and posts the token.
#[utoipa::path(
    tag = "Newsletter",
    params(("token" = Option<String>, Query, description = "The token in the email.")),
    responses((status = 303, description = "`Location` is the URL of the page.")),
)]
#[get("/newsletter/unsubscriptions")]
async fn visit_unsubscription(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let token = query.text("token");
    query.finish()?;
    Ok(lead_to_page(&request, UNSUBSCRIPTION_PAGE, token.as_deref()))
}

/// Unsubscribe from the newsletter
///
/// The site's page `/newsletter/unsubscribe?token=…` sends the token as JSON; email programs post either form of RFC
/// 8058, with the token in the query. The token is valid as long as the subscriber exists, and can be used
/// repeatedly. The email address gets no more emails unless its owner subscribes again.
#[utoipa::path(
    tag = "Newsletter",
    params(("token" = Option<String>, Query, description = "The token, if the request body is a form.")),
    request_body(
        content((NewsletterToken = "application/json"), (OneClickForm = "multipart/form-data"), (OneClickForm = "application/x-www-form-urlencoded")),
    ),
    responses((status = 204, description = "The email address is not subscribed.")),
)]
#[post("/newsletter/unsubscriptions")]
async fn unsubscribe(body: OneClick, request: Request) -> Result<HttpResponse> {
    let token = body.token(&request, |input| Ok(input.plain::<NewsletterToken>()?.token))?;
    let id = operations::of_unsubscription(&request.app, &token)?;
    request.write(move |app, conn| operations::unsubscribe(app, conn, id)).await?;
    Ok(no_content())
}

/// Read a subscriber's preferences
///
/// The site's page `/newsletter/preferences?token=…` sends its token. The method is `POST`, so that no API URL contains the token.
/// The response contains the public lists and the other lists that the subscriber is on.
#[utoipa::path(
    tag = "Newsletter", request_body = NewsletterToken,
    responses((status = 200, body = PreferencesView, description = "The preferences.")),
)]
#[post("/newsletter/preferences")]
async fn read_preferences(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read_preferences(app, conn, &body.0)).await?;
    private(200, &view)
}

/// Change a subscriber's preferences
///
/// `name` and `lists` replace the earlier values. If the email address is not subscribed, the response is `409`.
#[utoipa::path(
    tag = "Newsletter", request_body = PreferencesDraft,
    responses((status = 200, body = PreferencesView, description = "The new preferences.")),
)]
#[put("/newsletter/preferences")]
async fn replace_preferences(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    let view = request.write(move |app, conn| operations::revise_preferences(app, conn, &body.0)).await?;
    private(200, &view)
}
