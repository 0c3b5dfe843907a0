//! `Idempotency-Key`: a `POST` that is sent again gets the first response again, for 24 hours and across restarts.
//!
//! The key, the effects of the request and its response are stored in one transaction: either all of them are stored, or the request can
//! be sent again as if it had never been sent. Responses are stored encrypted, because they may hold secrets. A key belongs to its
//! caller, its operation and its body. A guest is identified by the key alone, so a guest's key must be too long to guess.
//!
//! A stored response does not replace a check. If the operation supports dry runs, the request first runs again, in a transaction
//! that is rolled back. If the request is refused now, so is the repetition. Responses of a login are not stored, because a login
//! is itself a check.

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
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::address::client_address;
use super::body::collect;
use super::head::{content_length, essence};
use super::limits::Limit;
use super::middleware::{Answered, Template};
use super::request_transaction::RequestTransaction;
use super::trial;
use super::unit_of_work::UnitOfWork;
use crate::app::App;
use crate::db::{Conn, Id, Timestamp};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::idempotency_keys;
use crate::secrets::hex;
use crate::users::{User, authenticate};

/// The time for which a response is stored.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// The maximum size of a body that can be compared: an upload and the form around it.
const MAX_SIZE: usize = 21 * 1024 * 1024;
/// The minimum length of a guest's key, in characters: 128 random bits in Base64.
pub(crate) const MIN_GUEST_KEY: usize = 22;
/// The operation whose responses are never stored.
const LOGIN: &str = "/api/v1/auth/login";
/// The operation that returns a session's new tokens: its stored response is deleted with the session.
const REFRESH: &str = "/api/v1/auth/refresh";
/// The maximum length of a multipart boundary, in bytes (RFC 2046).
const MAX_BOUNDARY: usize = 70;

/// A stored response.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredResponse {
    status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The path of the request; of a batch, the paths of its operations.
    #[serde(default)]
    pub(super) paths: Vec<String>,
}

/// The way in which a request is processed.
pub(super) enum Plan {
    /// The request has no key and is processed normally.
    Pass,
    /// The request was processed before; this response is sent.
    Replay(HttpResponse),
    /// The request was processed before; it runs again in a transaction that is rolled back, and ends with [`Repeating::end`].
    Check(Repeating),
    /// The request is the first with its key; it runs in this transaction, and ends with [`KeyedTransaction::end`].
    Keep(KeyedTransaction),
}

/// The keys of the requests that this process is working on.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashSet<String>>);

/// A key that is in use until this guard is dropped.
struct KeyInUse {
    app: App,
    scope: String,
}

impl KeyInUse {
    /// Takes the key; returns `None` if another request is using it.
    fn begin(app: &App, scope: &str) -> Option<Self> {
        let mut others = app.in_flight.0.lock().ok()?;
        others.insert(scope.to_owned()).then(|| Self { app: app.clone(), scope: scope.to_owned() })
    }
}

impl Drop for KeyInUse {
    fn drop(&mut self) {
        if let Ok(mut others) = self.app.in_flight.0.lock() {
            others.remove(&self.scope);
        }
    }
}

/// Decides how to process a request, by looking for the stored response of its key.
pub(super) async fn plan(app: &App, request: &mut ServiceRequest) -> Result<Plan> {
    let Some(key) = key_of(request)? else { return Ok(Plan::Pass) };
    let template = request.extensions().get::<Template>().map_or("", |template| template.0);
    if template == LOGIN {
        return Ok(Plan::Pass);
    }
    let Some(Sender { who, user }) = sender(app, request, &key).await? else { return Ok(Plan::Pass) };
    let body = take_body(app, request).await?;
    let scope = app.secrets.digest("idempotency", format!("{who} {} {} {key}", request.method(), request.uri()).as_bytes());
    let hash = hex(&Sha256::digest(without_boundary(request, &body)));
    let flight = KeyInUse::begin(app, &scope).ok_or_else(in_flight)?;
    let (looked_for, same, oldest) = (scope.clone(), hash.clone(), app.now().plus_seconds(-KEPT_SECONDS));
    if let Some(sealed) = app.db.read(move |conn| look_up(conn, &looked_for, &same, oldest)).await? {
        let kept = app.secrets.unseal(&scope, &sealed).and_then(|bytes| serde_json::from_slice::<StoredResponse>(&bytes).ok());
        let answer = kept.map(replay).ok_or_else(|| Error::internal("a stored response cannot be decrypted"))?;
        return repetition(app, request, template, body, flight, answer);
    }
    request.set_payload(Payload::from(body));
    let claimed = Claim { scope, hash, user, now: app.now() };
    let transaction = Rc::new(RequestTransaction::opening_with(app, Some(Box::new(move |conn| claim(conn, &claimed)))));
    request.extensions_mut().insert(Rc::clone(&transaction));
    Ok(Plan::Keep(KeyedTransaction { flight, transaction }))
}

/// Plans a repetition. An operation that supports dry runs is run again as a check. Other operations are not run again, for example
/// because their token is used up. Of these, the operations of authentication, except the refresh, check the rate limit.
fn repetition(
    app: &App,
    request: &mut ServiceRequest,
    template: &str,
    body: Bytes,
    flight: KeyInUse,
    answer: HttpResponse,
) -> Result<Plan> {
    if trial::supports_dry_run(template) {
        request.set_payload(Payload::from(body));
        let transaction = Rc::new(RequestTransaction::trial(app));
        request.extensions_mut().insert(Rc::clone(&transaction));
        return Ok(Plan::Check(Repeating { _flight: flight, transaction, answer }));
    }
    if template.starts_with("/api/v1/auth/") && template != REFRESH {
        let address = client_address(request.peer_addr(), request.headers(), &app.config.server.proxies);
        app.limits.check(Limit::Login, address)?;
    }
    Ok(Plan::Replay(answer))
}

/// A request that was processed before and runs again to find out whether it would be refused now.
pub(super) struct Repeating {
    _flight: KeyInUse,
    transaction: Rc<RequestTransaction>,
    answer: HttpResponse,
}

impl Repeating {
    /// Rolls the second run back. Returns the first response, unless the caller is no longer allowed to do this or exceeds a rate limit.
    pub(super) async fn end(self, tried: Answered) -> Answered {
        self.transaction.undo().await;
        let tried = tried?;
        if refuses(tried.status()) || refuses_in_batch(&tried) {
            return Ok(tried);
        }
        let (request, _) = tried.into_parts();
        Ok(ServiceResponse::new(request, self.answer))
    }
}

fn refuses(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) || status.is_server_error()
}

/// Returns whether an operation of a batch is refused. Other failures are expected, because the first run has done its work.
fn refuses_in_batch(tried: &ServiceResponse<BoxBody>) -> bool {
    let error = tried.response().error().and_then(|error| error.as_error::<Error>());
    let results = error.filter(|error| error.code() == Code::BatchFailed).and_then(|error| error.member("results"));
    let statuses = results.and_then(Value::as_array).into_iter().flatten().filter_map(|result| result.get("status")?.as_u64());
    let mut statuses = statuses.filter_map(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    statuses.any(refuses)
}

/// The session that a response's tokens belong to: the stored response is deleted with the session.
pub(crate) struct OfSession {
    /// The owner of the session.
    pub(crate) user: Id<User>,
    /// The id of the session.
    pub(crate) session: String,
}

/// The paths of a batch's operations, for its stored response.
pub(crate) struct OfBatch(pub(crate) Vec<String>);

/// Deletes all stored responses of a user.
pub(crate) fn forget_kept_answers(conn: &mut Conn, user: Id<User>) -> Result<()> {
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::user_id.eq(user.to_string()))).execute(conn)?;
    Ok(())
}

/// Returns the idempotency key of a request, if it has one.
pub(super) fn key_of(request: &ServiceRequest) -> Result<Option<String>> {
    let Some(header) = request.headers().get("idempotency-key").filter(|_| request.method() == Method::POST) else { return Ok(None) };
    let wrong = || Error::new(Code::MalformedHeader, "An Idempotency-Key must have 1 to 200 visible ASCII characters.");
    let text = header.to_str().map_err(|_| wrong())?;
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

/// The sender of a key.
struct Sender {
    /// The text that distinguishes the sender from others.
    who: String,
    user: Option<Id<User>>,
}

/// Identifies the sender of a key. Returns `None` if the token is not valid: the operation then reports that.
async fn sender(app: &App, request: &ServiceRequest, key: &str) -> Result<Option<Sender>> {
    let Some(header) = request.headers().get("authorization") else {
        if key.len() < MIN_GUEST_KEY {
            let detail =
                format!("Without a token, an Idempotency-Key must have at least {MIN_GUEST_KEY} characters. Generate the key at random.");
            return Err(Error::new(Code::MalformedHeader, detail).with("min", MIN_GUEST_KEY));
        }
        return Ok(Some(Sender { who: "guest".into(), user: None }));
    };
    let token = header.to_str().ok().and_then(|text| text.split_once(' ')).map(|(_, token)| token.trim().to_owned());
    let Some(token) = token else { return Ok(None) };
    let Ok(caller) = authenticate(&UnitOfWork::alone(app), &token).await else { return Ok(None) };
    // A response to one credential must not be replayed to another credential of the same person, which may have fewer rights.
    let who = format!("{} {:?} {:?}", caller.user, caller.role, caller.scopes);
    Ok(Some(Sender { who, user: Some(caller.user) }))
}

async fn take_body(app: &App, request: &mut ServiceRequest) -> Result<Bytes> {
    // Only uploads are large, and only authenticated callers upload.
    let form = ["multipart/form-data", super::tus::PIECE].contains(&essence(request.request()).as_str())
        && request.headers().contains_key("authorization");
    let largest = if form { MAX_SIZE } else { super::body::MAX_JSON_BODY };
    if content_length(request.request()) > largest {
        return Err(super::body::too_large(largest));
    }
    let payload = request.take_payload();
    collect(app, payload, largest).await
}

/// Removes the boundary from a form: a repeated form may have another boundary and the same contents.
fn without_boundary(request: &ServiceRequest, body: &Bytes) -> Vec<u8> {
    let boundary =
        request.headers().get("content-type").and_then(|value| value.to_str().ok()).and_then(|text| text.split("boundary=").nth(1));
    let boundary = boundary
        .map(|text| text.split(';').next().unwrap_or_default().trim_matches('"').as_bytes())
        .filter(|boundary| (4..=MAX_BOUNDARY).contains(&boundary.len()));
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
    Error::new(Code::RequestInFlight, "The first request with this Idempotency-Key is still being processed.").header("Retry-After", "1")
}

/// Returns the encrypted response of a key, if it is not older than a day.
fn look_up(conn: &mut Conn, scope: &str, hash: &str, oldest: Timestamp) -> Result<Option<String>> {
    let found: Option<(String, Option<String>)> = idempotency_keys::table
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::created_at.ge(oldest))
        .select((idempotency_keys::request_hash, idempotency_keys::sealed_answer))
        .first(conn)
        .optional()?;
    match found {
        Some((known, _)) if known != hash => {
            Err(Error::new(Code::IdempotencyMismatch, "This Idempotency-Key was used before with another request body."))
        }
        Some((_, answer)) => Ok(answer),
        None => Ok(None),
    }
}

/// A key that a request claims.
struct Claim {
    scope: String,
    hash: String,
    user: Option<Id<User>>,
    now: Timestamp,
}

/// Claims the key, as the first step of the transaction; of two concurrent requests, the second waits here for the first.
fn claim(conn: &mut Conn, Claim { scope, hash, user, now }: &Claim) -> Result<()> {
    let stale = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
    let stale = stale.filter(idempotency_keys::created_at.lt(now.plus_seconds(-KEPT_SECONDS)));
    diesel::delete(stale).execute(conn)?;
    let row = (
        idempotency_keys::scope.eq(scope),
        idempotency_keys::request_hash.eq(hash),
        idempotency_keys::created_at.eq(*now),
        idempotency_keys::user_id.eq(user.map(|user| user.to_string())),
    );
    conflict_on(diesel::insert_into(idempotency_keys::table).values(row).execute(conn), in_flight)?;
    Ok(())
}

/// The transaction of a request whose response is to be stored.
pub(super) struct KeyedTransaction {
    flight: KeyInUse,
    transaction: Rc<RequestTransaction>,
}

impl KeyedTransaction {
    /// Stores the response together with the effects of the request, or releases the key if a repetition should run again.
    pub(super) async fn end(self, answered: Answered) -> Answered {
        let scope = self.flight.scope.clone();
        let (answered, sealed) = match answered {
            Ok(mut response) if is_final(response.status()) => {
                let of = response.response_mut().extensions_mut().remove::<OfSession>();
                let of_batch = response.response_mut().extensions_mut().remove::<OfBatch>();
                let (response, mut kept) = buffer_response(response).await?;
                kept.paths = of_batch.map_or_else(|| vec![response.request().path().to_owned()], |of| of.0);
                let sealed = self.flight.app.secrets.seal(&scope, &serde_json::to_vec(&kept).unwrap_or_default());
                (Ok(response), Some((sealed, of)))
            }
            other if !self.transaction.inner().has_begun().await => return other,
            // The transaction is committed even after an error, because an operation may keep effects on purpose.
            other => (other, None),
        };
        let settled = self.transaction.inner().run(move |conn| settle(conn, &scope, sealed)).await;
        let ended = match settled {
            Ok(()) => self.transaction.commit().await,
            // If the response cannot be stored, the effects of the request are rolled back, too.
            Err(error) => {
                self.transaction.undo().await;
                Err(error)
            }
        };
        match ended {
            Ok(()) => answered,
            Err(error) => Ok(refused(answered?, error)),
        }
    }
}

fn settle(conn: &mut Conn, scope: &str, kept: Option<(String, Option<OfSession>)>) -> Result<()> {
    let row = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
    let Some((sealed, of)) = kept else {
        diesel::delete(row).execute(conn)?;
        return Ok(());
    };
    diesel::update(row).set(idempotency_keys::sealed_answer.eq(sealed)).execute(conn)?;
    if let Some(OfSession { user, session }) = of {
        let whose = (idempotency_keys::user_id.eq(Some(user.to_string())), idempotency_keys::session_id.eq(Some(session)));
        diesel::update(row).set(whose).execute(conn)?;
    }
    Ok(())
}

/// Reads the body of a response. Returns the response, and a copy of it that can be stored.
async fn buffer_response(
    response: ServiceResponse<BoxBody>,
) -> std::result::Result<(ServiceResponse<BoxBody>, StoredResponse), actix_web::Error> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|_| actix_web::error::ErrorInternalServerError("the response body ended too early"))?;
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = head.headers().iter().filter_map(|(name, value)| text(value).map(|value| (name.to_string(), value))).collect();
    let kept = StoredResponse { status: head.status().as_u16(), headers, body: body.to_vec(), paths: Vec::new() };
    Ok((ServiceResponse::new(request, head.set_body(BoxBody::new(body))), kept))
}

fn refused(response: ServiceResponse<BoxBody>, error: Error) -> ServiceResponse<BoxBody> {
    let (request, _) = response.into_parts();
    ServiceResponse::from_err(error, request)
}

/// Returns whether a response is stored. Errors are not stored, because they may be temporary, and because their problem documents
/// name the request that they belong to.
fn is_final(status: StatusCode) -> bool {
    status.is_success()
}

fn replay(kept: StoredResponse) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK));
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.insert_header((name, value));
        }
    }
    response.insert_header(("Idempotency-Replayed", "true")).body(kept.body)
}
