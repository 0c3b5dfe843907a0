//! `Idempotency-Key`: a `POST` that is sent again gets the first answer again, for 24 hours and across restarts.
//!
//! The key, what the request did and its answer are one transaction: either all of it is there, or the request can be sent
//! again as if it had never been. Answers are kept sealed, since they may hold secrets. A key belongs to its caller (an
//! anonymous one to their address), its operation and its body.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Mutex;

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
use super::body::collect;
use super::front::Answered;
use super::head::{announced, essence};
use super::joined::Joined;
use super::work::Work;
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::idempotency_keys;
use crate::secrets::hex;
use crate::users::authenticate;

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// The largest body that can be compared: an upload and its form around it.
const LARGEST: usize = 21 * 1024 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is to be done with a request.
pub(super) enum Plan {
    /// It has no key: go on.
    Pass,
    /// It was answered before: this is the answer.
    Replay(HttpResponse),
    /// It is the first with its key: go on in this transaction, and end it with [`Keeping::end`].
    Keep(Keeping),
}

/// The keys that this process is working on.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashSet<String>>);

/// A key that is being worked on, until this is dropped.
struct Flight {
    app: App,
    scope: String,
}

impl Flight {
    /// Takes the key; none where somebody has it.
    fn begin(app: &App, scope: &str) -> Option<Self> {
        let mut others = app.in_flight.0.lock().ok()?;
        others.insert(scope.to_owned()).then(|| Self { app: app.clone(), scope: scope.to_owned() })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Ok(mut others) = self.app.in_flight.0.lock() {
            others.remove(&self.scope);
        }
    }
}

/// Looks for an answer to a request that has been sent before.
pub(super) async fn plan(app: &App, request: &mut ServiceRequest) -> Result<Plan> {
    let Some(key) = key_of(request)? else { return Ok(Plan::Pass) };
    let Some(who) = who(app, request).await else { return Ok(Plan::Pass) };
    let body = take_body(app, request).await?;
    let scope = app.secrets.digest("idempotency", format!("{who} {} {} {key}", request.method(), request.uri()).as_bytes());
    let hash = hex(&Sha256::digest(without_boundary(request, &body)));
    let flight = Flight::begin(app, &scope).ok_or_else(in_flight)?;
    let (looked_for, same, oldest) = (scope.clone(), hash.clone(), app.now().plus_seconds(-KEPT_SECONDS));
    if let Some(sealed) = app.db.read(move |conn| look_up(conn, &looked_for, &same, oldest)).await? {
        let kept = app.secrets.unseal(&scope, &sealed).and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        return kept.map(|kept| Plan::Replay(replay(kept))).ok_or_else(|| Error::internal("a kept answer can't be opened"));
    }
    request.set_payload(Payload::from(body));
    let (claimed, now) = (scope, app.now());
    let joined = Rc::new(Joined::opening_with(app, Some(Box::new(move |conn| claim(conn, &claimed, &hash, now)))));
    request.extensions_mut().insert(Rc::clone(&joined));
    Ok(Plan::Keep(Keeping { flight, joined }))
}

/// The key of a request that has one.
pub(super) fn key_of(request: &ServiceRequest) -> Result<Option<String>> {
    let Some(header) = request.headers().get("idempotency-key").filter(|_| request.method() == Method::POST) else { return Ok(None) };
    let wrong = || Error::new(Code::MalformedHeader, "An Idempotency-Key has 1 to 200 visible ASCII characters.");
    let text = header.to_str().map_err(|_| wrong())?;
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

/// Whose key it is; nobody's where the token is not valid, which the operation will say.
async fn who(app: &App, request: &ServiceRequest) -> Option<String> {
    let Some(header) = request.headers().get("authorization") else {
        return Some(client_address(request.peer_addr(), request.headers(), &app.config.server.trusted_proxies).to_string());
    };
    let token = header.to_str().ok()?.split_once(' ')?.1.trim().to_owned();
    let caller = authenticate(&Work::alone(app), &token).await.ok()?;
    // What one credential may see, another of the same person may not.
    Some(format!("{} {:?} {:?}", caller.user, caller.role, caller.scopes))
}

async fn take_body(app: &App, request: &mut ServiceRequest) -> Result<Bytes> {
    // Only uploads are large, and only somebody known uploads.
    let form = ["multipart/form-data", super::tus::PIECE].contains(&essence(request.request()).as_str())
        && request.headers().contains_key("authorization");
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

fn in_flight() -> Error {
    Error::new(Code::RequestInFlight, "Its first sending has not been answered yet.").header("Retry-After", "1")
}

/// The sealed answer that a key has, where it is no older than a day.
fn look_up(conn: &mut Conn, scope: &str, hash: &str, oldest: Timestamp) -> Result<Option<String>> {
    let found: Option<(String, Option<String>)> = idempotency_keys::table
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::created_at.ge(oldest))
        .select((idempotency_keys::request_hash, idempotency_keys::sealed_answer))
        .first(conn)
        .optional()?;
    match found {
        Some((known, _)) if known != hash => Err(Error::new(Code::IdempotencyMismatch, "Another body was sent with this key before.")),
        Some((_, answer)) => Ok(answer),
        None => Ok(None),
    }
}

/// Takes the key, as the first thing that its transaction does; of two at once, the second waits here for the first.
fn claim(conn: &mut Conn, scope: &str, hash: &str, now: Timestamp) -> Result<()> {
    let stale = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
    let stale = stale.filter(idempotency_keys::created_at.lt(now.plus_seconds(-KEPT_SECONDS)));
    diesel::delete(stale).execute(conn)?;
    let row = (idempotency_keys::scope.eq(scope), idempotency_keys::request_hash.eq(hash), idempotency_keys::created_at.eq(now));
    conflict_on(diesel::insert_into(idempotency_keys::table).values(row).execute(conn), in_flight)?;
    Ok(())
}

/// The transaction of a request whose answer is to be kept.
pub(super) struct Keeping {
    flight: Flight,
    joined: Rc<Joined>,
}

impl Keeping {
    /// Keeps the answer together with what it tells of, or gives the key back where a repetition should be carried out anew.
    pub(super) async fn end(self, answered: Answered) -> Answered {
        let scope = self.flight.scope.clone();
        let (answered, sealed) = match answered {
            Ok(response) if is_final(response.status()) => {
                let (response, kept) = taken_down(response).await?;
                let sealed = self.flight.app.secrets.seal(&scope, &serde_json::to_vec(&kept).unwrap_or_default());
                (Ok(response), Some(sealed))
            }
            // What an error leaves behind on purpose stays.
            other if !self.joined.joint().has_begun().await => return other,
            other => (other, None),
        };
        let settled = self.joined.joint().run(move |conn| settle(conn, &scope, sealed)).await;
        let ended = match settled {
            Ok(()) => self.joined.commit().await,
            // Without its answer, what it did is not kept either.
            Err(error) => {
                self.joined.undo().await;
                Err(error)
            }
        };
        match ended {
            Ok(()) => answered,
            Err(error) => Ok(refused(answered?, error)),
        }
    }
}

fn settle(conn: &mut Conn, scope: &str, sealed: Option<String>) -> Result<()> {
    let row = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
    match sealed {
        Some(sealed) => diesel::update(row).set(idempotency_keys::sealed_answer.eq(sealed)).execute(conn)?,
        None => diesel::delete(row).execute(conn)?,
    };
    Ok(())
}

/// An answer that can be given again, and the answer itself.
async fn taken_down(response: ServiceResponse<BoxBody>) -> std::result::Result<(ServiceResponse<BoxBody>, Kept), actix_web::Error> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|_| actix_web::error::ErrorInternalServerError("the answer's body broke off"))?;
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = head.headers().iter().filter_map(|(name, value)| text(value).map(|value| (name.to_string(), value))).collect();
    let kept = Kept { status: head.status().as_u16(), headers, body: body.to_vec() };
    Ok((ServiceResponse::new(request, head.set_body(BoxBody::new(body))), kept))
}

fn refused(response: ServiceResponse<BoxBody>, error: Error) -> ServiceResponse<BoxBody> {
    let (request, _) = response.into_parts();
    ServiceResponse::from_err(error, request)
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
