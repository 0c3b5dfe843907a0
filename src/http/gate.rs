//! The cache layer below the framework: a cached response is sent without using the framework, the database or a thread pool.
//!
//! This layer adds a request id and the CORS headers to each cached response and counts it in the metrics, as the middleware does
//! for all other responses. Cached responses are logged at the level `debug`.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Instant;

use actix_http::{Request as RawRequest, Response};
use actix_service::{IntoServiceFactory, fn_factory_with_config, fn_service};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, ORIGIN};
use actix_web::http::{ConnectionType, Method};
use actix_web::{Error, HttpMessage};
use futures_util::future::{Either, LocalBoxFuture};

use super::address::client_address;
use super::cache::{CacheUrl, Coding, FlightRole, MadeResponse};
use super::compress::compressed;
use super::cors;
use super::dispatch::{Answering, InnerService};
use super::limits::Limit;
use super::middleware::{NoHost, Template, request_id};
use super::wire::Conduct;
use crate::app::App;

/// A response that is ready at once, or one that is being made.
type CacheFuture = Either<Ready<Result<Response<BoxBody>, Error>>, LocalBoxFuture<'static, Result<Response<BoxBody>, Error>>>;

/// Builds the service of each worker and puts this layer in front of it.
pub(crate) fn around<A, F, S>(
    app: App,
    build: F,
) -> impl ServiceFactory<RawRequest, Config = AppConfig, Response = Response<BoxBody>, Error = Error, InitError = ()>
where
    F: Fn() -> A,
    A: IntoServiceFactory<S, RawRequest>,
    S: ServiceFactory<RawRequest, Config = AppConfig, Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>,
    S::Service: 'static,
{
    fn_factory_with_config(move |config: AppConfig| {
        let building = build().into_factory().new_service(config);
        let app = app.clone();
        async move {
            let service = Rc::new(building.await?);
            let door = InnerService::new(move |request: RawRequest| -> Answering { Box::pin(service.call(request)) });
            Ok(fn_service(move |request: RawRequest| pass(&app, &door, request)))
        }
    })
}

fn pass(app: &App, door: &InnerService, mut request: RawRequest) -> CacheFuture {
    let conduct = Conduct::of(&mut request);
    if conduct.is_wired() && !names_a_host(request.headers()) {
        request.extensions_mut().insert(NoHost);
        return through(door, request, conduct);
    }
    if *request.method() != Method::GET && *request.method() != Method::HEAD {
        return through(door, request, conduct);
    }
    if let Some(answer) = ready_answer(app, &request) {
        return Either::Left(ready(Ok(conduct.answers(answer))));
    }
    let Some(purge_epoch) = app.cache.purge_epoch() else { return through(door, request, conduct) };
    let making = make(app.clone(), door.clone(), request, purge_epoch);
    Either::Right(Box::pin(async move { Ok(conduct.answers(making.await.unwrap_or_else(Response::from))) }))
}

fn through(door: &InnerService, request: RawRequest, conduct: Conduct) -> CacheFuture {
    let coding = Coding::wanted(request.headers());
    let making = door.enter(request);
    Either::Right(Box::pin(async move {
        let answer = making.await.map_or_else(Response::from, Response::from);
        Ok(conduct.answers(compressed(answer, coding).await))
    }))
}

/// Returns whether `Host` is well formed or absent (RFC 9110, section 7.2; HTTP/1.0 does not need it).
fn names_a_host(headers: &HeaderMap) -> bool {
    headers.get(HOST).is_none_or(|host| is_host(host.as_bytes()))
}

fn is_host(text: &[u8]) -> bool {
    let is_literal = |byte: &u8| byte.is_ascii_hexdigit() || b":.v".contains(byte);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(byte);
    let colon = match text.iter().position(|byte| *byte == b']') {
        Some(end) => end + 1,
        None => text.iter().position(|byte| *byte == b':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(colon);
    let fits = match host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")) {
        Some(literal) => !literal.is_empty() && literal.iter().all(is_literal),
        None => !host.is_empty() && host.iter().all(is_name),
    };
    fits && (port.is_empty() || port.strip_prefix(b":").is_some_and(|port| port.iter().all(u8::is_ascii_digit)))
}

/// Returns the cached response, if there is one and the rate limit allows it.
fn ready_answer(app: &App, request: &RawRequest) -> Option<Response<BoxBody>> {
    let began = Instant::now();
    let sent = Sent::of(request);
    let entry = app.cache.find(&CacheUrl::of(request.uri()), sent.coding)?;
    let proxies = &app.config.server.proxies;
    if app.limits.limits(Limit::Read)
        && app.limits.check(Limit::Read, client_address(request.peer_addr(), request.headers(), proxies)).is_err()
    {
        // The middleware writes the error.
        return None;
    }
    let mut answer = entry.answer(sent.has());
    let id = request_id(request.headers());
    sent.add_headers(app, &id, &mut answer);
    entry.count(answer.status());
    app.metrics.took(began.elapsed());
    tracing::debug!(request_id = id, path = request.path(), status = answer.status().as_u16(), "served from the cache");
    Some(answer)
}

/// The request data that a cached response depends on.
struct Sent {
    has: Option<HeaderValue>,
    origin: Option<HeaderValue>,
    coding: Coding,
}

impl Sent {
    fn of(request: &RawRequest) -> Self {
        let headers = request.headers();
        Self { has: headers.get(IF_NONE_MATCH).cloned(), origin: headers.get(ORIGIN).cloned(), coding: Coding::wanted(headers) }
    }

    fn has(&self) -> Option<&str> {
        self.has.as_ref().and_then(|has| has.to_str().ok())
    }

    /// Adds the headers that belong to this one response.
    fn add_headers(&self, app: &App, id: &str, answer: &mut Response<BoxBody>) {
        if app.is_stopping() {
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
        let headers = answer.headers_mut();
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        cors::allow(app, self.origin.as_ref().and_then(|origin| origin.to_str().ok()), headers, None);
    }
}

/// Makes a response, once for all clients that wait for it, and caches it if it is public.
async fn make(app: App, door: InnerService, mut request: RawRequest, purge_epoch: u64) -> Result<Response<BoxBody>, Error> {
    let uri = request.uri().clone();
    let (address, sent) = (CacheUrl::of(&uri), Sent::of(&request));
    let mut purge_epoch = purge_epoch;
    // Requests of staff have private responses: other clients should not wait for them.
    let shared = !request.headers().contains_key(AUTHORIZATION);
    let _flight = match shared.then(|| app.cache.join(&address)) {
        Some(FlightRole::Wait(mut landing)) => {
            // An error means that the other request has finished.
            let _ = landing.changed().await;
            if let Some(answer) = ready_answer(&app, &request) {
                return Ok(answer);
            }
            purge_epoch = app.cache.purge_epoch().unwrap_or(purge_epoch);
            None
        }
        Some(FlightRole::Make(flight)) => Some(flight),
        None => None,
    };
    if sent.coding != Coding::Identity && app.cache.find(&address, Coding::Identity).is_some() {
        app.cache.encoded(&address, sent.coding).await;
        if let Some(answer) = ready_answer(&app, &request) {
            return Ok(answer);
        }
    }
    // Without `If-None-Match`, the response is not a `304` but has a body to cache. Files are not cached here, so they keep the
    // header.
    if !request.path().starts_with("/media") {
        request.head_mut().headers.remove(IF_NONE_MATCH);
    }
    let answer = door.enter(request).await?;
    let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let template = answer.request().extensions().get::<Template>().map(|template| template.0).unwrap_or_default();
    let made = match app.cache.keep(&address, purge_epoch, answer, [200, 304].map(|status| app.metrics.counter("GET", template, status))) {
        MadeResponse::Public(made) => made,
        MadeResponse::Other(answer) => return Ok(compressed(answer.into(), sent.coding).await),
    };
    let encoded = app.cache.encoded(&address, sent.coding).await;
    let mut answer = encoded.unwrap_or(made).answer(sent.has());
    sent.add_headers(&app, &id, &mut answer);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn hosts_are_told_from_what_is_none() {
        for host in ["example.org", "example.org:8080", "127.0.0.1", "[::1]:80", "[2001:db8::1]", "x", "b%C3%BCcher.example", "x:"] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for other in ["", ":80", "a b", "user@example.org", "example.org/", "a:b", "[::1", "[]", "[::1]x", "::1", "a,b:c", "x\u{e9}"] {
            assert!(!is_host(other.as_bytes()), "{other}");
        }
    }
}
