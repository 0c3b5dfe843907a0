//! `Client`: sends requests as a user, and checks every response against the contract before a test sees it.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::Value;

use super::answer::Answer;
use super::contract::{Contract, Sent};
use super::world::Node;

/// The prefix of relative paths.
const BASE: &str = "/api/v1/";

/// The IP address and port of requests (RFC 5737); no public response may contain the address.
pub(crate) const ADDRESS: &str = "192.0.2.163:4711";

/// A sender of requests.
#[derive(Clone)]
pub(crate) struct Client {
    node: Node,
    headers: Vec<(String, String)>,
    address: String,
    may_fail: bool,
}

/// A part of a multipart form.
#[derive(Clone)]
pub(crate) struct Part<'a> {
    name: &'a str,
    file_name: Option<&'a str>,
    content: &'a [u8],
}

impl<'a> Part<'a> {
    pub(crate) fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, file_name: None, content: text.as_bytes() }
    }

    pub(crate) fn file(file_name: &'a str, content: &'a [u8]) -> Self {
        Self { name: "file", file_name: Some(file_name), content }
    }

    /// Returns the same part under another name.
    pub(crate) fn called(self, name: &'a str) -> Self {
        Self { name, ..self }
    }
}

impl Client {
    pub(crate) fn new(node: Node, authorization: Option<String>) -> Self {
        let headers = authorization.map(|value| ("authorization".to_owned(), value)).into_iter().collect();
        Self { node, headers, address: ADDRESS.to_owned(), may_fail: false }
    }

    /// Returns the same client with a header added or replaced.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(other, _)| other != name);
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// Returns the same client with another token.
    #[must_use]
    pub(crate) fn bearer(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// Returns the client's token.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        let header = self.headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.as_str());
        header.and_then(|value| value.strip_prefix("Bearer ")).expect("a token").to_owned()
    }

    /// Returns the same client with another IP address.
    #[must_use]
    pub(crate) fn from(&self, address: &str) -> Self {
        let mut client = self.clone();
        address.clone_into(&mut client.address);
        client
    }

    /// Returns the same client, for requests that are expected to get a 5xx.
    #[must_use]
    pub(crate) fn failing(&self) -> Self {
        Self { may_fail: true, ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn head(&self, path: &str) -> Answer {
        self.send(Method::HEAD, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, &body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PUT, path, &body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, &body).await
    }

    /// Sends a multipart form.
    pub(crate) async fn upload(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        let boundary = "a-boundary-that-is-in-no-part";
        let mut body = Vec::new();
        for part in parts {
            let file = part.file_name.map(|name| format!("; filename=\"{name}\"\r\nContent-Type: application/octet-stream"));
            let head =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"{}\r\n\r\n", part.name, file.unwrap_or_default());
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        self.with("content-type", &content_type).send(Method::POST, path, Some(body)).await
    }

    async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let named = self.headers.iter().any(|(name, _)| name == "content-type");
        let client = if named { self.clone() } else { self.with("content-type", "application/json") };
        client.send(method, path, Some(body.to_string().into_bytes())).await
    }

    /// Sends a request. A path without a leading slash is below `/api/v1/`.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        let uri = if path.starts_with('/') { path.to_owned() } else { format!("{BASE}{path}") };
        let mut request = TestRequest::with_uri(&uri).method(method.clone());
        request = request.peer_addr(self.address.parse().expect("an address and a port"));
        for (name, value) in &self.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        if let Some(body) = body {
            if !self.headers.iter().any(|(name, _)| name == "content-length") {
                request = request.insert_header(("content-length", body.len().to_string()));
            }
            request = request.set_payload(body);
        }
        let answer = Answer::read(&method, &uri, (self.node.service)(request).await).await;
        Contract::get().hold(&Sent { method: &method, uri: &uri, headers: &self.headers, may_fail: self.may_fail }, &answer);
        answer
    }
}
