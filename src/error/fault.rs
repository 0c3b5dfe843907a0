//! One validation error of a request: its place and its description.

use serde::Serialize;
use serde_json::{Map, Value};

use super::bounded::{MAX_DETAIL, MAX_POINTER, cut};

/// One validation error of a request: its place and its description.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fault(Box<Facts>);

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    code: &'static str,
    detail: String,
    #[serde(flatten)]
    bounds: Map<String, Value>,
}

impl Fault {
    /// Creates an error of the body, at a JSON Pointer.
    pub(crate) fn at(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (cut(pointer.into(), MAX_POINTER), cut(detail.into(), MAX_DETAIL));
        Self(Box::new(Facts { pointer: Some(pointer), parameter: None, header: None, code, detail, bounds: Map::new() }))
    }

    /// Creates an error of a query parameter or a form field.
    pub(crate) fn parameter(name: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let (name, detail) = (cut(name.into(), MAX_POINTER), cut(detail.into(), MAX_DETAIL));
        Self(Box::new(Facts { pointer: None, parameter: Some(name), header: None, code, detail, bounds: Map::new() }))
    }

    /// Adds a limit that was violated.
    pub(crate) fn bound(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.bounds.insert(name.to_owned(), value.into());
        self
    }

    /// Moves the error from the body to a header that contains JSON; the detail then names the member.
    pub(crate) fn in_header(mut self, name: &str) -> Self {
        let member = self.0.pointer.take().unwrap_or_default();
        self.0.detail = cut(format!("{}: {}", member.trim_start_matches('/'), self.0.detail), MAX_DETAIL);
        self.0.header = Some(name.to_owned());
        self
    }

    /// Prepends `place` to the pointer of an error in a part of the body.
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.0.pointer = self.0.pointer.map(|pointer| cut(format!("{place}{pointer}"), MAX_POINTER));
        self
    }

    /// Returns the JSON Pointer to the error's place in the body.
    pub(crate) fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// Returns the code of the error.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// Returns the description.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns whether another error has the same place and code.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        let place = |fault: &Facts| (fault.pointer.clone(), fault.parameter.clone(), fault.header.clone(), fault.code);
        place(&self.0) == place(&other.0)
    }

    /// Returns the error's place in the body, the query string or the headers.
    pub(super) fn place(&self) -> &str {
        self.0.pointer.as_ref().or(self.0.parameter.as_ref()).or(self.0.header.as_ref()).map_or("", String::as_str)
    }
}
