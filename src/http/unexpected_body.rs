//! Refuses the request bodies of operations that have none, so that clients notice that their data would be ignored.

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use serde_json::Value;

use super::body::{collect, kind};
use super::head::content_length;
use super::middleware::Template;
use super::upload::pointer;
use crate::app::App;
use crate::error::{Error, Fault, MAX_FAULTS, Result};
use crate::input::{MAX_AT_ONCE, parse_json};
use crate::openapi;

/// The operations that accept any body and ignore it, because front ends call them with `navigator.sendBeacon()`, which always
/// sends one.
const BEACONS: [&str; 3] =
    ["/api/v1/articles/{article}/views", "/api/v1/ads/creatives/{creative}/clicks", "/api/v1/ads/creatives/{creative}/impressions"];

/// Returns an error if the operation has no request body and the request has one other than `{}`.
pub(super) async fn refuse(app: &App, request: &mut ServiceRequest) -> Result<()> {
    let content_length = content_length(request.request());
    if content_length == 0 && !request.headers().contains_key("transfer-encoding") {
        return Ok(());
    }
    let template = request.extensions().get::<Template>().map_or("", |template| template.0);
    if BEACONS.contains(&template) || openapi::methods().has_body(template, request.method().as_str()) {
        return Ok(());
    }
    if content_length > MAX_AT_ONCE {
        return Err(super::body::too_large(MAX_AT_ONCE));
    }
    let payload = request.take_payload();
    let bytes = collect(app, payload, MAX_AT_ONCE).await?;
    let sent = bytes.trim_ascii();
    if !sent.is_empty() && !matches!(parse_json(sent), Ok(Value::Object(members)) if members.is_empty()) {
        kind(request.method()).admit(request.request())?;
        return Err(Error::invalid(faults(parse_json(sent)?)));
    }
    request.set_payload(Payload::from(bytes));
    Ok(())
}

fn faults(sent: Value) -> Vec<Fault> {
    let Value::Object(members) = sent else {
        return vec![Fault::at("", "wrong_type", "This operation has no request body. Send no body, or an empty object.")];
    };
    let fault = |name: &String| {
        Fault::at(pointer(name), "unknown_member", format!("{name:?} is not known here: this operation has no request body."))
    };
    members.keys().take(MAX_FAULTS + 1).map(fault).collect()
}
