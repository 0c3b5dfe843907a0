//! `Idempotency-Key`: a `POST` that is sent again gets the first answer again, for 24 hours and across restarts.
//!
//! Answers are kept sealed, since they may hold secrets. A key belongs to its caller (an anonymous one to their address),
//! its operation and its body.

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpResponse};
use bytes::Bytes;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::client_address;
use super::body::{announced, collect};
use super::media_type::essence;
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::idempotency_keys;
use crate::secrets::hex;
use crate::users::authenticate;

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// After so long without an answer, the process that worked on it is taken for dead.
const GIVEN_UP_SECONDS: i64 = 120;
/// The largest body that can be compared: an upload and its form around it.
const LARGEST: usize = 21 * 1024 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What is known of a key.
enum Claim {
    /// Nobody has used it: go on.
    Fresh,
    /// It has an answer.
    Answered(String),
}

/// What is to be done with a request.
pub(super) enum Plan {
    /// It has no key: go on.
    Pass,
    /// It was answered before: this is the answer.
    Replay(HttpResponse),
    /// It is the first with its key: go on, and keep the answer under this scope.
    Keep(String),
}

/// Looks for an answer to a request that has been sent before.
pub(super) async fn plan(app: &App, request: &mut ServiceRequest) -> Result<Plan> {
    let Some(key) = key_of(request)? else { return Ok(Plan::Pass) };
    let Some(who) = who(app, request).await else { return Ok(Plan::Pass) };
    let body = take_body(app, request).await?;
    let scope = app.secrets.digest("idempotency", format!("{who} {} {} {key}", request.method(), request.uri()).as_bytes());
    let hash = hex(&Sha256::digest(without_boundary(request, &body)));
    match claim(app, &scope, &hash).await? {
        Claim::Answered(sealed) => {
            let kept = app.secrets.unseal(&scope, &sealed).and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
            kept.map(|kept| Plan::Replay(replay(kept))).ok_or_else(|| Error::internal("a kept answer can't be opened"))
        }
        Claim::Fresh => {
            request.set_payload(Payload::from(body));
            Ok(Plan::Keep(scope))
        }
    }
}

/// The key of a request that has one.
fn key_of(request: &ServiceRequest) -> Result<Option<String>> {
    let Some(header) = request.headers().get("idempotency-key").filter(|_| request.method() == Method::POST) else { return Ok(None) };
    let wrong = || Error::new(Code::MalformedHeader, "An Idempotency-Key has 1 to 200 visible ASCII characters.");
    let text = header.to_str().map_err(|_| wrong())?;
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

/// Whose key it is; nobody's where the token is not valid, which the operation will say.
async fn who(app: &App, request: &ServiceRequest) -> Option<String> {
    let Some(header) = request.headers().get("authorization") else {
        return Some(client_address(request.request(), &app.config.server.trusted_proxies).to_string());
    };
    let token = header.to_str().ok()?.split_once(' ')?.1.trim().to_owned();
    let caller = authenticate(app, &token).await.ok()?;
    // What one credential may see, another of the same person may not.
    Some(format!("{} {:?} {:?}", caller.user, caller.role, caller.scopes))
}

async fn take_body(app: &App, request: &mut ServiceRequest) -> Result<Bytes> {
    // Only uploads are large, and only somebody known uploads.
    let form = essence(request.request()) == "multipart/form-data" && request.headers().contains_key("authorization");
    let largest = if form { LARGEST } else { super::body::LARGEST };
    if announced(request.request()) > largest {
        return Err(Error::new(Code::TooLarge, format!("The body may have {largest} bytes.")).with("max", largest));
    }
    let payload = request.take_payload();
    collect(app, payload, largest).await
}

/// A form that is sent again may have another boundary; what it says is the same.
fn without_boundary(request: &ServiceRequest, body: &Bytes) -> Vec<u8> {
    let boundary =
        request.headers().get("content-type").and_then(|value| value.to_str().ok()).and_then(|text| text.split("boundary=").nth(1));
    let boundary =
        boundary.map(|text| text.split(';').next().unwrap_or_default().trim_matches('"').as_bytes()).filter(|boundary| boundary.len() > 3);
    let Some(boundary) = boundary else { return body.to_vec() };
    let mut rest = body.as_ref();
    let mut kept = Vec::with_capacity(body.len());
    while let Some(byte) = rest.first() {
        if let Some(after) = rest.strip_prefix(boundary) {
            rest = after;
        } else {
            kept.push(*byte);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    kept
}

async fn claim(app: &App, scope: &str, hash: &str) -> Result<Claim> {
    let (now, scope, hash) = (app.now(), scope.to_owned(), hash.to_owned());
    app.db.write(move |conn| claim_key(conn, now, &scope, &hash)).await
}

fn claim_key(conn: &mut Conn, now: Timestamp, scope: &str, hash: &str) -> Result<Claim> {
    forget(conn, now)?;
    let found: Option<(String, Option<String>, Timestamp)> = idempotency_keys::table
        .filter(idempotency_keys::scope.eq(scope))
        .select((idempotency_keys::request_hash, idempotency_keys::sealed_answer, idempotency_keys::created_at))
        .first(conn)
        .optional()?;
    let in_flight = || Error::new(Code::RequestInFlight, "Its first sending has not been answered yet.").header("Retry-After", "1");
    match found {
        Some((known, ..)) if known != hash => Err(Error::new(Code::IdempotencyMismatch, "Another body was sent with this key before.")),
        Some((_, Some(sealed), _)) => Ok(Claim::Answered(sealed)),
        Some((_, None, began)) if began.plus_seconds(GIVEN_UP_SECONDS) > now => Err(in_flight()),
        Some(_) => {
            let row = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
            diesel::update(row).set(idempotency_keys::created_at.eq(now)).execute(conn)?;
            Ok(Claim::Fresh)
        }
        None => {
            let row = (idempotency_keys::scope.eq(scope), idempotency_keys::request_hash.eq(hash), idempotency_keys::created_at.eq(now));
            conflict_on(diesel::insert_into(idempotency_keys::table).values(row).execute(conn), in_flight)?;
            Ok(Claim::Fresh)
        }
    }
}

/// Forgets answers that are older than a day.
fn forget(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(now.plus_seconds(-KEPT_SECONDS)));
    diesel::delete(old).execute(conn)?;
    Ok(())
}

/// Keeps the answer, or frees the key where a repetition should be carried out anew.
pub(super) async fn keep(
    app: &App,
    scope: String,
    answered: std::result::Result<ServiceResponse<BoxBody>, actix_web::Error>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = match answered {
        Ok(response) if is_final(response.status()) => response,
        other => {
            let freed = app
                .db
                .write(move |conn| Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::scope.eq(scope))).execute(conn)?))
                .await;
            if let Err(error) = freed {
                tracing::warn!(%error, "an idempotency key was not freed");
            }
            return other;
        }
    };
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|_| actix_web::error::ErrorInternalServerError("the answer's body broke off"))?;
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = head.headers().iter().filter_map(|(name, value)| text(value).map(|value| (name.to_string(), value))).collect();
    let kept = Kept { status: head.status().as_u16(), headers, body: body.to_vec() };
    let sealed = app.secrets.seal(&scope, &serde_json::to_vec(&kept).unwrap_or_default());
    let stored = app.db.write(move |conn| {
        let row = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
        Ok(diesel::update(row).set(idempotency_keys::sealed_answer.eq(sealed)).execute(conn)?)
    });
    if let Err(error) = stored.await {
        tracing::warn!(%error, "an answer was not kept for its idempotency key");
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// Whether an answer would be the same again. Failures of the server and of the moment are not kept; nor are errors,
/// whose documents name the request that they answer.
fn is_final(status: StatusCode) -> bool {
    status.is_success()
}

fn replay(kept: Kept) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK));
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.insert_header((name, value));
        }
    }
    response.insert_header(("Idempotency-Replayed", "true")).body(kept.body)
}
