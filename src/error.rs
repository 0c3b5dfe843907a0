//! The one `Error`, sized by what the client can do next, and its RFC 9457 problem document.
//!
//! A cause is kept for the log and never sent; the front service adds `instance` and `request_id`.

mod bounded;
mod code;
mod fault;
mod stores;

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use bounded::{MAX_DETAIL, cut, instance, written};
pub(crate) use bounded::{MAX_FAULTS, MAX_POINTER, beginning};
pub(crate) use code::Code;
pub(crate) use fault::Fault;
use stores::classify;

/// What every operation returns.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// What went wrong: what the client is told, and what only the log is.
#[derive(Clone)]
pub(crate) struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    detail: String,
    faults: Vec<Fault>,
    members: Map<String, Value>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
    expected: bool,
    collided: bool,
    untouched: bool,
}

impl Error {
    /// A problem with a sentence about this case.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: cut(detail.into(), MAX_DETAIL),
            faults: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
            expected: false,
            collided: false,
            untouched: false,
        }))
    }

    /// A body whose faults are these; of many, the first are told.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.len() {
            1 => "The body has a fault.".to_owned(),
            many if many > MAX_FAULTS => format!("The body has more than {MAX_FAULTS} faults."),
            many => format!("The body has {many} faults."),
        };
        Self::new(Code::ValidationFailed, detail).at_fault(faults)
    }

    /// A query string whose faults are these.
    pub(crate) fn bad_query(faults: Vec<Fault>) -> Self {
        Self::new(Code::MalformedQuery, "The query string has faults.").at_fault(faults)
    }

    fn at_fault(mut self, mut faults: Vec<Fault>) -> Self {
        let more = faults.len() > MAX_FAULTS;
        faults.truncate(MAX_FAULTS);
        self.0.faults = faults;
        if more { self.with("more", true) } else { self }
    }

    /// What an unknown address gets, and everything that must look like one.
    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound, "No public resource has this address.")
    }

    /// The caller is known and may not do this.
    pub(crate) fn forbidden(detail: &str) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// The state does not allow it.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict, detail)
    }

    /// Something outside fails for now; the cause is logged.
    pub(crate) fn unavailable(cause: &str) -> Self {
        Self::new(Code::Unavailable, "Try again shortly.").caused_by(cause).header("Retry-After", "2")
    }

    /// A failure of the server's own; the cause is logged.
    pub(crate) fn internal(cause: &str) -> Self {
        Self::new(Code::Internal, "Something failed inside the server.").caused_by(cause)
    }

    /// What callers get whose write was not committed.
    pub(crate) fn from_commit(cause: &diesel::result::Error) -> Self {
        classify(&cause.to_string())
    }

    /// Too many; come back in so long.
    pub(crate) fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(1);
        Self::new(Code::TooManyRequests, format!("Try again in {seconds} s.")).header("Retry-After", &seconds.to_string())
    }

    /// Adds a header to the answer.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers.push((name, value.to_owned()));
        self
    }

    /// Adds a member to the problem document.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Names what has the slug that was asked for.
    pub(crate) fn taken_by(mut self, kind: &str, id: &str, title: &str) -> Self {
        self.0.detail = format!("{} It is the {kind} {title:?}.", self.0.detail);
        self.with("taken_by", json!({"kind": kind, "id": id, "title": title}))
    }

    /// Keeps the cause for the log.
    pub(crate) fn caused_by(mut self, cause: &str) -> Self {
        self.0.cause = Some(cause.to_owned());
        self
    }

    /// Says that this belongs to the order of things, so that it is no failure for the log.
    pub(crate) fn expected(mut self) -> Self {
        self.0.expected = true;
        self
    }

    /// Whether this belongs to the order of things, whatever its status.
    pub(crate) fn is_expected(&self) -> bool {
        self.0.expected
    }

    /// The same faults, of what a header says and not of the body.
    pub(crate) fn in_header(mut self, name: &str) -> Self {
        if self.0.code == Code::ValidationFailed {
            self.0.detail = format!("The header {name} has faults.");
            self.0.faults = self.0.faults.into_iter().map(|fault| fault.in_header(name)).collect();
        }
        self
    }

    /// The same; nothing had been begun.
    pub(crate) fn before_anything(mut self) -> Self {
        self.0.untouched = true;
        self
    }

    /// Whether it is known that nothing had been begun.
    pub(crate) fn left_all_untouched(&self) -> bool {
        self.0.untouched
    }

    /// Whether another transaction undid this one, so that the same may work at once.
    pub(crate) fn has_collided(&self) -> bool {
        self.0.collided
    }

    /// The kind of problem.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// The sentence about this case.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The faults it names.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// What only the log is told.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The problem document of this error at an address, under a request id.
    pub(crate) fn document(&self, instance: &str, request_id: &str) -> Value {
        let code = self.0.code;
        let mut members = Map::new();
        members.insert("type".into(), format!("/problems/{}", code.as_str()).into());
        members.insert("title".into(), code.title().into());
        members.insert("status".into(), code.status().into());
        members.insert("code".into(), code.as_str().into());
        members.insert("detail".into(), self.0.detail.clone().into());
        members.insert("instance".into(), self::instance(instance).into());
        members.insert("request_id".into(), request_id.into());
        members.extend(self.0.members.clone());
        if !self.0.faults.is_empty() {
            members.insert("errors".into(), serde_json::to_value(&self.0.faults).unwrap_or_default());
        }
        Value::Object(members)
    }

    /// The whole answer, as the front service sends it.
    pub(crate) fn response(&self, instance: &str, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        for (name, value) in &self.0.headers {
            response.insert_header((*name, value.as_str()));
        }
        let body = written(self.document(instance, request_id));
        response.content_type("application/problem+json").insert_header(("Cache-Control", "no-store")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.detail)?;
        for fault in &self.0.faults {
            write!(f, "; {} {}", fault.place(), fault.detail())?;
        }
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.response("", "")
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::not_found(),
            diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::ClosedConnection, info) => {
                Self::unavailable(info.message())
            }
            // Only a race gets here: what was looked up in this transaction has just been deleted, or come into use.
            diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::conflict("What this refers to has just changed; try again.").caused_by(info.message())
            }
            other => classify(&other.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error.to_string())
    }
}

/// Turns a violated uniqueness into the answer that the caller can act on; everything else stays what it is.
///
/// SQLite does not name the constraint, so the statement's author says what it can only have been.
pub(crate) fn conflict_on<T>(result: diesel::QueryResult<T>, answer: impl FnOnce() -> Error) -> Result<T> {
    result.map_err(|error| match error {
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _) => answer(),
        other => other.into(),
    })
}
