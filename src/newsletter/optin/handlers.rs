//! What readers do, over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, get, post, put};

use super::drafts::{NewsletterToken, OneClickForm, PROMISE, PreferencesDraft, PreferencesView, SubscriptionDraft, SubscriptionPromise};
use super::letters::UNSUBSCRIPTION_PAGE;
use super::operations;
use crate::error::Result;
use crate::http::{Body, Limit, Mount, OneClick, Request, lead_to_page, no_content, private};

/// Mounts the operations.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount.service(subscribe).service(confirm_subscription);
    mount.service(visit_unsubscription).service(unsubscribe).service(read_preferences).service(replace_preferences);
}

/// Subscribes to the newsletter.
///
/// A mail asks whoever has the address to confirm; its link leads to `/newsletter/confirm?token=…` on the site. Who is
/// subscribed already is told so by mail. An address gets one such mail an hour at most, and one a day where its owner has
/// left. The answer is the same, after the same time, whoever it is.
#[utoipa::path(tag = "Newsletter", request_body = SubscriptionDraft,
    responses((status = 202, body = SubscriptionPromise, description = "What is to be done is noted.")))]
#[post("/newsletter/subscriptions")]
async fn subscribe(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| operations::subscribe(app, conn, &body.0)).await?;
    private(202, &PROMISE)
}

/// Confirms a subscription with the token of a mail.
///
/// A token works for three days. A mail says so, with the links for choosing and for leaving. Confirming again what is confirmed
/// changes nothing and mails nothing.
#[utoipa::path(tag = "Newsletter", request_body = NewsletterToken,
    responses((status = 204, description = "They are subscribed.")))]
#[post("/newsletter/confirmations")]
async fn confirm_subscription(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| operations::confirm(app, conn, &body.0)).await?;
    Ok(no_content())
}

/// Leads to the site's page that ends a subscription.
///
/// For a mail program that opens the address of `List-Unsubscribe` in a browser. Nothing is changed, whoever asks; the page
/// `/newsletter/unsubscribe?token=…` of the site asks its reader and posts the token.
#[utoipa::path(tag = "Newsletter", params(("token" = Option<String>, Query, description = "The token of the mail.")),
    responses((status = 303, description = "Location is the page.")))]
#[get("/newsletter/unsubscriptions")]
async fn visit_unsubscription(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let token = query.text("token");
    query.finish()?;
    Ok(lead_to_page(&request, UNSUBSCRIPTION_PAGE, token.as_deref()))
}

/// Ends a subscription with the token of a mail.
///
/// The page `/newsletter/unsubscribe?token=…` of the site sends it as JSON; mail programs post either form of RFC 8058, with
/// the token in the query. The token works as long as there is a subscriber, again too. The address is not written to
/// from now on, unless its owner subscribes anew.
#[utoipa::path(tag = "Newsletter", params(("token" = Option<String>, Query, description = "The token, with the form only.")),
    request_body(content((NewsletterToken = "application/json"), (OneClickForm = "multipart/form-data"), (OneClickForm = "application/x-www-form-urlencoded"))),
    responses((status = 204, description = "They are not subscribed any more.")))]
#[post("/newsletter/unsubscriptions")]
async fn unsubscribe(body: OneClick, request: Request) -> Result<HttpResponse> {
    let token = body.token(&request, |input| Ok(input.plain::<NewsletterToken>()?.token))?;
    let id = operations::of_unsubscription(&request.app, &token)?;
    request.write(move |app, conn| operations::unsubscribe(app, conn, id)).await?;
    Ok(no_content())
}

/// Reads what a subscriber gets, with the token of a mail.
///
/// For the page `/newsletter/preferences?token=…` of the site. A `POST`, so that the token stands in no address. The lists
/// are the public ones, and of the others those that the subscriber is on.
#[utoipa::path(tag = "Newsletter", request_body = NewsletterToken,
    responses((status = 200, body = PreferencesView, description = "What they get.")))]
#[post("/newsletter/preferences")]
async fn read_preferences(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read_preferences(app, conn, &body.0)).await?;
    private(200, &view)
}

/// Changes what a subscriber gets, with the token of a mail.
///
/// `name` and `lists` replace what there was. Who is not subscribed is answered `409`.
#[utoipa::path(tag = "Newsletter", request_body = PreferencesDraft,
    responses((status = 200, body = PreferencesView, description = "What they get now.")))]
#[put("/newsletter/preferences")]
async fn replace_preferences(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Subscribe, request.address)?;
    request.no_query()?;
    let view = request.write(move |app, conn| operations::revise_preferences(app, conn, &body.0)).await?;
    private(200, &view)
}
