//! The JSON of an error: a problem document (RFC 9457).

use actix_web::HttpResponse;
use serde_json::{Map, Value};

use super::Error;
use super::bounded::{self, serialize_bounded};

impl Error {
    /// Returns the problem document of this error for a path and a request id.
    pub(crate) fn document(&self, instance: &str, request_id: &str) -> Value {
        let code = self.0.code;
        let mut members = Map::new();
        members.insert("type".into(), format!("/problems/{}", code.as_str()).into());
        members.insert("title".into(), code.title().into());
        members.insert("status".into(), code.status().into());
        members.insert("code".into(), code.as_str().into());
        members.insert("detail".into(), self.0.detail.clone().into());
        members.insert("instance".into(), bounded::instance(instance).into());
        members.insert("request_id".into(), request_id.into());
        members.extend(self.0.members.clone());
        if !self.0.faults.is_empty() {
            members.insert("errors".into(), serde_json::to_value(&self.0.faults).unwrap_or_default());
        }
        Value::Object(members)
    }

    /// Returns the whole response, as the middleware sends it.
    pub(crate) fn response(&self, instance: &str, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        for (name, value) in &self.0.headers {
            response.insert_header((*name, value.as_str()));
        }
        let body = serialize_bounded(self.document(instance, request_id));
        response.content_type("application/problem+json").insert_header(("Cache-Control", "no-store")).body(body)
    }
}
