//! The outermost middleware, which every request passes through.
//!
//! Request ids, routing, CORS, security headers, problem documents, metrics and the access log are implemented once, here.

use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse};

use super::address::client_address;
use super::cors;
use super::idempotency::{self, KeyedTransaction, Plan, Repeating};
use super::limits::Limit;
use super::request_transaction::RequestTransaction;
use super::{trial, tus, unexpected_body};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::openapi;

const MAX_URI_LENGTH: usize = 8 * 1024;

/// Facts about a request that are known before it is handled.
struct RequestFacts {
    id: String,
    method: Method,
    path: String,
    origin: Option<String>,
    began: Instant,
}

/// A response, or an error that the framework turns into one.
pub(super) type Answered = std::result::Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// Wraps the whole service.
pub(crate) async fn middleware(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Answered {
    let facts = RequestFacts {
        id: request_id(request.headers()),
        method: request.method().clone(),
        path: request.path().to_owned(),
        origin: header(request.headers(), "origin").map(str::to_owned),
        began: Instant::now(),
    };
    let Some(app) = request.app_data::<App>().cloned() else {
        return Err(actix_web::error::ErrorInternalServerError("the app is not configured"));
    };
    let mut response = match admit(&app, &request, &facts) {
        Ok(Some(answer)) => request.into_response(answer),
        Ok(None) => answer(&app, request, &next, &facts).await?,
        Err(error) => request.error_response(error).map_into_boxed_body(),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = as_problem(response, &facts);
    }
    finish(&app, &facts, &mut response);
    Ok(response)
}

/// Calls the handlers, unless a response is stored for the idempotency key of the request.
async fn answer(app: &App, mut request: ServiceRequest, next: &Next<impl MessageBody + 'static>, facts: &RequestFacts) -> Answered {
    if facts.method == Method::GET || facts.method == Method::HEAD {
        request.head_mut().method = Method::GET;
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if let Err(error) = unexpected_body::refuse(app, &mut request).await {
        return Ok(request.error_response(error).map_into_boxed_body());
    }
    let ending = match Ending::of(app, &mut request).await {
        Ok(ending) => ending,
        Err(error) => return Ok(request.error_response(error).map_into_boxed_body()),
    };
    if let Ending::Answered(answer) = ending {
        return Ok(request.into_response(answer));
    }
    let working = next.call(request);
    // If the client disconnects, the tasks that follow the commit of a write must still run.
    let task = actix_web::rt::spawn(async move { ending.of_answer(working.await.map(ServiceResponse::map_into_boxed_body)).await });
    task.await.unwrap_or_else(|error| Err(Error::internal(&format!("a handler panicked: {error}")).into()))
}

/// The end of a write.
enum Ending {
    /// The request was processed before: the stored response is sent.
    Answered(HttpResponse),
    /// The write ends normally, or with the batch that it is part of.
    Plain,
    /// The response is stored together with the write.
    Kept(KeyedTransaction),
    /// The request was processed before: this run is rolled back.
    Checked(Repeating),
    /// Everything is rolled back (dry run).
    Undone(Rc<RequestTransaction>),
}

impl Ending {
    async fn of(app: &App, request: &mut ServiceRequest) -> Result<Self> {
        let triable = request.extensions().get::<Template>().is_some_and(|template| trial::supports_dry_run(template.0));
        let tries = triable && trial::is_dry_run(request.query_string())?;
        if triable {
            request.extensions_mut().insert(trial::Seen);
        }
        if request.extensions().contains::<Rc<RequestTransaction>>() {
            return Ok(Self::Plain);
        }
        if tries {
            idempotency::key_of(request)?;
            let transaction = Rc::new(RequestTransaction::trial(app));
            request.extensions_mut().insert(Rc::clone(&transaction));
            return Ok(Self::Undone(transaction));
        }
        Ok(match idempotency::plan(app, request).await? {
            Plan::Replay(answer) => Self::Answered(answer),
            Plan::Pass => Self::Plain,
            Plan::Check(repeating) => Self::Checked(repeating),
            Plan::Keep(keeping) => Self::Kept(keeping),
        })
    }

    async fn of_answer(self, answered: Answered) -> Answered {
        match self {
            Self::Answered(_) | Self::Plain => answered,
            Self::Kept(keeping) => keeping.end(answered).await,
            Self::Checked(repeating) => repeating.end(answered).await,
            Self::Undone(transaction) => {
                transaction.undo().await;
                let mut answered = answered?;
                answered.headers_mut().insert(HeaderName::from_static("dry-run"), HeaderValue::from_static("true"));
                Ok(answered)
            }
        }
    }
}

/// Responds at once to requests that need no handler: too long, unknown path or method, `OPTIONS`, rate limit exceeded.
fn admit(app: &App, request: &ServiceRequest, facts: &RequestFacts) -> Result<Option<HttpResponse>> {
    if request.extensions().contains::<NoHost>() {
        return Err(Error::new(Code::MalformedHeader, "Host must name a host, such as example.org or example.org:8080."));
    }
    if request.uri().path_and_query().map_or(0, |path| path.as_str().len()) > MAX_URI_LENGTH {
        return Err(Error::new(Code::UriTooLong, "The path and query must be at most 8 KiB together."));
    }
    // No slug or id contains a NUL character, and PostgreSQL refuses queries for texts that contain one.
    let known = if facts.path.contains("%00") { None } else { openapi::methods().at(&facts.path) };
    let Some((methods, template)) = known else {
        return if facts.path.starts_with("/docs") { Ok(None) } else { Err(Error::not_found()) };
    };
    request.extensions_mut().insert(Template(template));
    if facts.method == Method::OPTIONS {
        return Ok(Some(HttpResponse::NoContent().insert_header((ALLOW, methods.join(", "))).finish()));
    }
    if !methods.iter().any(|method| *method == facts.method.as_str()) {
        let detail = format!("This resource does not support the method {}.", facts.method);
        return Err(Error::new(Code::MethodNotAllowed, detail).header("Allow", &methods.join(", ")));
    }
    if facts.method == Method::GET || facts.method == Method::HEAD {
        app.limits.check(Limit::Read, client_address(request.peer_addr(), request.headers(), &app.config.server.proxies))?;
    }
    Ok(None)
}

/// Marks a request whose `Host` is not valid; carried as an extension.
#[derive(Clone, Copy)]
pub(super) struct NoHost;

/// The template of the request's path, by which operations are found and metrics are counted. Its values are limited to the known
/// paths, however many URLs are requested.
#[derive(Clone, Copy)]
pub(super) struct Template(pub(super) &'static str);

/// Turns every error, including those of actix, into a problem document.
fn as_problem(response: ServiceResponse<BoxBody>, facts: &RequestFacts) -> ServiceResponse<BoxBody> {
    let foreign;
    let error = if let Some(error) = response.response().error().and_then(|error| error.as_error::<Error>()) {
        error
    } else {
        foreign = translate(response.status(), response.response().error().map(ToString::to_string).as_deref());
        &foreign
    };
    if response.status().is_server_error() && !error.is_expected() {
        tracing::error!(request_id = facts.id, method = %facts.method, path = facts.path, code = error.code().as_str(), cause = error.cause().unwrap_or_default(), "request failed");
    }
    let problem = error.response(&facts.path, &facts.id);
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, problem)
}

fn translate(status: StatusCode, cause: Option<&str>) -> Error {
    let code = Code::ALL.iter().find(|code| code.status() == status.as_u16()).copied();
    let code = match (code, status.is_server_error()) {
        (Some(Code::MalformedJson) | None, false) => Code::MalformedBody,
        (Some(code), _) => code,
        (None, true) => Code::Internal,
    };
    Error::new(code, code.title()).caused_by(cause.unwrap_or_default())
}

fn finish(app: &App, facts: &RequestFacts, response: &mut ServiceResponse<BoxBody>) {
    let template = response.request().extensions().get::<Template>().map(|template| template.0);
    let preflight = (facts.method == Method::OPTIONS).then(|| cors::Preflight {
        methods: header(response.headers(), ALLOW.as_str()).unwrap_or_default().to_owned(),
        asked: header(response.request().headers(), "access-control-request-headers").map(str::to_owned),
    });
    let status = response.status();
    if app.is_stopping() {
        // The client should send its next request to another node.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    let mut fixed = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    fixed("x-content-type-options", "nosniff");
    fixed("referrer-policy", "no-referrer");
    fixed("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    if let Ok(id) = HeaderValue::from_str(&facts.id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    tus::add_headers(template.unwrap_or_default(), facts.method == Method::OPTIONS, headers);
    cors::allow(app, facts.origin.as_deref(), headers, preflight.as_ref());
    let took = facts.began.elapsed();
    app.metrics.answered(facts.method.as_str(), template.unwrap_or("unknown"), status.as_u16(), took);
    tracing::info!(request_id = facts.id, method = %facts.method, path = facts.path, status = status.as_u16(), micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "answered");
}

/// Returns the client's request id if it is well formed, else a new one.
pub(super) fn request_id(headers: &HeaderMap) -> String {
    let well_formed =
        |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    header(headers, "x-request-id").filter(well_formed).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
