//! `Dispatch`: sends requests back into the service, for operations that run other operations (batches).

use std::rc::Rc;

use actix_http::Request as RawRequest;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH};
use actix_web::http::{Method, Uri};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::request::app_of;
use super::request_transaction::RequestTransaction;
use crate::error::{Error as Problem, Result};

/// The headers that a subrequest inherits from its outer request.
const INHERITED: [&str; 3] = ["authorization", "host", "user-agent"];

pub(super) type Answering = LocalBoxFuture<'static, std::result::Result<ServiceResponse<BoxBody>, Error>>;

/// Sends requests into the service that received the outer request.
#[derive(Clone)]
pub(crate) struct Dispatch {
    service: Rc<dyn Fn(RawRequest) -> Answering>,
    inherited: HeaderMap,
    peer: Option<std::net::SocketAddr>,
}

/// The entry to the service, which requests carry as an extension.
#[derive(Clone)]
pub(super) struct InnerService(Rc<dyn Fn(RawRequest) -> Answering>);

/// An operation that runs within another request.
#[derive(Clone)]
pub(crate) struct SubRequest {
    method: Method,
    uri: Uri,
    body: Option<Value>,
    if_match: Option<HeaderValue>,
}

impl SubRequest {
    /// Creates an operation from its method, path and query; the error names the invalid part and the reason.
    pub(crate) fn new(
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: Option<Value>,
    ) -> std::result::Result<Self, (&'static str, &'static str)> {
        let method = method.parse().map_err(|_| ("method", "This is not an HTTP method."))?;
        let uri = path.parse().map_err(|_| ("path", "This is not a path."))?;
        let if_match = if_match.map(HeaderValue::from_str).transpose().map_err(|_| ("if_match", "This is not a valid header value."))?;
        Ok(Self { method, uri, body, if_match })
    }
}

/// The response to a subrequest.
pub(crate) struct SubAnswer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The `ETag` header, if present.
    pub(crate) etag: Option<String>,
    /// The `Location` header, if present.
    pub(crate) location: Option<String>,
    /// The body, or `null`.
    pub(crate) body: Value,
}

impl InnerService {
    /// Creates the entry to a service.
    pub(super) fn new(service: impl Fn(RawRequest) -> Answering + 'static) -> Self {
        Self(Rc::new(service))
    }

    /// Sends a request to the service. A `POST` request also carries this entry, because its operation may run other operations.
    pub(super) fn enter(&self, request: RawRequest) -> Answering {
        if *request.method() == Method::POST {
            request.extensions_mut().insert(self.clone());
        }
        (self.0)(request)
    }
}

impl FromRequest for Dispatch {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let door = request.extensions().get::<InnerService>().cloned();
        // Subrequests also inherit the header in which the proxy sends the client's IP address.
        let forwarded = app_of(request).map(|app| app.config.server.proxies.header.clone()).unwrap_or_default();
        let inherits = |name: &HeaderName| INHERITED.contains(&name.as_str()) || name.as_str() == forwarded;
        let inherited = request.headers().iter().filter(|(name, _)| inherits(name));
        let inherited = inherited.map(|(name, value)| (name.clone(), value.clone())).collect();
        let dispatch = door.map(|door| Self { service: door.0, inherited, peer: request.peer_addr() });
        std::future::ready(dispatch.ok_or_else(|| Problem::internal("the service cannot be called from this request")))
    }
}

impl Dispatch {
    /// Runs one operation in the transaction of the outer request.
    pub(crate) async fn carry_out(&self, asked: SubRequest, transaction: Rc<RequestTransaction>) -> Result<SubAnswer> {
        let SubRequest { method, uri, body, if_match } = asked;
        let bytes = body.map(|body| Bytes::from(body.to_string()));
        let length = bytes.as_ref().map_or(0, Bytes::len);
        let payload = bytes.clone().map_or(Payload::None, Payload::from);
        let mut request = RawRequest::with_payload(payload);
        let head = request.head_mut();
        (head.method, head.uri, head.peer_addr) = (method, uri, self.peer);
        let mut add = |name: HeaderName, value: HeaderValue| head.headers.append(name, value);
        self.inherited.iter().for_each(|(name, value)| add(name.clone(), value.clone()));
        if bytes.is_some() {
            add(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            add(CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Some(value) = if_match {
            add(IF_MATCH, value);
        }
        request.extensions_mut().insert(transaction);
        let response = (self.service)(request).await.map_err(|error| Problem::internal(&error.to_string()))?;
        answer_of(response).await
    }
}

async fn answer_of(response: ServiceResponse<BoxBody>) -> Result<SubAnswer> {
    let (_, response) = response.into_parts();
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, etag, location) = (response.status().as_u16(), header("etag"), header("location"));
    let bytes = to_bytes(response.into_body()).await.map_err(|_| Problem::internal("the response body ended too early"))?;
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
    Ok(SubAnswer { status, etag, location, body })
}
