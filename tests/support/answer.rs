//! `Answer`: a response, and a test's expectations of it; a failure shows the whole response.

use std::sync::OnceLock;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::Response;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use serde_json::Value;

/// Decompresses a body.
pub(crate) fn decoded(coding: Option<&str>, mut body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        Some("gzip") => std::io::copy(&mut flate2::read::GzDecoder::new(body), &mut plain).map(|_| ()),
        Some("br") => brotli::BrotliDecompress(&mut body, &mut plain),
        _ => return body.to_vec(),
    }
    .expect("the body is what its coding says");
    plain
}

/// A response.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The body as JSON, parsed when it is first needed; `None` if it is not JSON.
    json: OnceLock<Option<Value>>,
}

impl Answer {
    pub(crate) async fn read(method: &Method, uri: &str, response: Response<BoxBody>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.expect("the body can be read");
        // The wire omits the body of a response to HEAD, but the service still creates it.
        let body = if *method == Method::HEAD { Vec::new() } else { body.to_vec() };
        Self { request: format!("{method} {uri}"), status, headers, body, json: OnceLock::new() }
    }

    /// Returns the text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a readable header"))
    }

    /// Returns the text of a header that must be present.
    #[track_caller]
    pub(crate) fn required_header(&self, name: &str) -> String {
        self.header(name).unwrap_or_else(|| panic!("{self} has no header {name}")).to_owned()
    }

    /// Returns the entity tag.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        self.required_header("etag")
    }

    /// Returns the media type, without parameters.
    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim()
    }

    /// Returns the body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON; `null` if it is not JSON.
    pub(crate) fn json(&self) -> &Value {
        self.parsed().unwrap_or(&Value::Null)
    }

    /// Returns the body as JSON; `None` if it is not JSON.
    pub(crate) fn parsed(&self) -> Option<&Value> {
        let parse = || serde_json::from_slice(&decoded(self.header("content-encoding"), &self.body)).ok();
        self.json.get_or_init(parse).as_ref()
    }

    /// Checks the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status} of {self}");
        self
    }

    /// Returns the value at a JSON Pointer, which must exist.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.json().pointer(pointer).unwrap_or_else(|| panic!("there is no {pointer} in {self}"))
    }

    /// Returns the text at a JSON Pointer.
    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("{pointer} is no text in {self}")).to_owned()
    }

    /// Returns the integer at a JSON Pointer.
    #[track_caller]
    pub(crate) fn number_at(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("{pointer} is no whole number in {self}"))
    }

    /// Returns the id of the resource in the response.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.text_at("/id")
    }

    /// Returns one member of each item of a list.
    #[track_caller]
    pub(crate) fn each(&self, member: &str) -> Vec<Value> {
        let items = self.at("/data").as_array().unwrap_or_else(|| panic!("/data is no array in {self}"));
        items.iter().map(|item| item.get(member).cloned().unwrap_or_else(|| panic!("an item has no {member} in {self}"))).collect()
    }

    /// Returns one text member of each item of a list.
    #[track_caller]
    pub(crate) fn texts(&self, member: &str) -> Vec<String> {
        self.each(member).iter().map(|value| value.as_str().unwrap_or_else(|| panic!("{member} is no text in {self}")).to_owned()).collect()
    }

    /// Checks that the response is a problem with this status and code.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Self {
        let found = self.json().get("code").and_then(Value::as_str).unwrap_or_default();
        assert!(self.status == status && found == code, "expected the problem {code} ({status}) of {self}");
        self
    }

    /// Returns the place (a pointer or a name) and the code of each validation error, sorted by place.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let text = |fault: &Value, member: &str| fault.get(member).and_then(Value::as_str).map(str::to_owned);
        let errors = self.json().get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut faults: Vec<_> = errors
            .iter()
            .map(|fault| {
                let place = text(fault, "pointer").or_else(|| text(fault, "parameter")).or_else(|| text(fault, "header"));
                (place.unwrap_or_default(), text(fault, "code").unwrap_or_default())
            })
            .collect();
        faults.sort();
        faults
    }

    /// Checks that the response has exactly these validation errors, in any order.
    #[track_caller]
    pub(crate) fn expect_faults(self, expected: &[(&str, &str)]) -> Self {
        let mut expected: Vec<_> = expected.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect();
        expected.sort();
        assert!(self.faults() == expected, "expected the faults {expected:?}\n     not these {:?}\nin {self}", self.faults());
        self
    }

    /// Returns the detail of the validation error at a place.
    #[track_caller]
    pub(crate) fn fault_detail(&self, place: &str) -> String {
        let errors = self.json().get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        let found = errors
            .iter()
            .find(|fault| [fault.get("pointer"), fault.get("parameter"), fault.get("header")].contains(&Some(&Value::from(place))));
        let detail = found.and_then(|fault| fault.get("detail")).and_then(Value::as_str);
        detail.unwrap_or_else(|| panic!("there is no fault at {place} in {self}")).to_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} → {}", self.request, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "  {name}: {}", value.to_str().unwrap_or("(not text)"))?;
        }
        match serde_json::to_string_pretty(self.json()) {
            Ok(text) if !self.json().is_null() => write!(f, "{}", text.chars().take(6000).collect::<String>()),
            _ => write!(f, "{}", self.text().chars().take(600).collect::<String>()),
        }
    }
}
