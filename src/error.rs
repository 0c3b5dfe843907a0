//! The only error type: its codes are distinguished by what the client can do next. Errors become problem documents (RFC 9457).
//!
//! A cause is only logged, never sent; the middleware adds `instance` and `request_id`.

mod bounded;
mod code;
mod document;
mod fault;
mod stores;

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use bounded::{MAX_DETAIL, cut};
pub(crate) use bounded::{MAX_FAULTS, MAX_POINTER, beginning};
pub(crate) use code::Code;
pub(crate) use fault::Fault;
use stores::classify;

/// The result of every operation.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// An error: the part for the client, and the part that is only logged.
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
    /// Creates an error with a sentence about this case.
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

    /// Creates the error for an invalid body; of many validation errors, only the first ones are reported.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.len() {
            1 => "The request body has a validation error.".to_owned(),
            many if many > MAX_FAULTS => format!("The request body has more than {MAX_FAULTS} validation errors."),
            many => format!("The request body has {many} validation errors."),
        };
        Self::new(Code::ValidationFailed, detail).at_fault(faults)
    }

    /// Creates the error for an invalid query string.
    pub(crate) fn bad_query(faults: Vec<Fault>) -> Self {
        Self::new(Code::MalformedQuery, "The query string is not valid.").at_fault(faults)
    }

    fn at_fault(mut self, mut faults: Vec<Fault>) -> Self {
        let more = faults.len() > MAX_FAULTS;
        faults.truncate(MAX_FAULTS);
        self.0.faults = faults;
        if more { self.with("more", true) } else { self }
    }

    /// Creates the error for an unknown URL, and for a resource whose existence must stay hidden from the caller.
    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound, "No public resource has this URL.")
    }

    /// Creates the error for a caller that is known but lacks permission.
    pub(crate) fn forbidden(detail: &str) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// Creates the error for a request that conflicts with the state of the resource.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict, detail)
    }

    /// Creates the error for a temporary failure outside the program; the cause is logged.
    pub(crate) fn unavailable(cause: &str) -> Self {
        Self::new(Code::Unavailable, "Try again shortly.").caused_by(cause).header("Retry-After", "2")
    }

    /// Creates the error for a failure of the server itself; the cause is logged.
    pub(crate) fn internal(cause: &str) -> Self {
        Self::new(Code::Internal, "Something failed inside the server.").caused_by(cause)
    }

    /// Creates the error for a write whose commit failed.
    pub(crate) fn from_commit(cause: &diesel::result::Error) -> Self {
        classify(&cause.to_string())
    }

    /// Creates the error for an exceeded rate limit, with the waiting time.
    pub(crate) fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(1);
        Self::new(Code::TooManyRequests, format!("Try again in {seconds} s.")).header("Retry-After", &seconds.to_string())
    }

    /// Adds a response header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers.push((name, value.to_owned()));
        self
    }

    /// Adds a member to the problem document.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Names the resource that has the requested slug.
    pub(crate) fn taken_by(mut self, kind: &str, id: &str, title: &str) -> Self {
        self.0.detail = format!("{} That {kind} is {title:?}.", self.0.detail);
        self.with("taken_by", json!({"kind": kind, "id": id, "title": title}))
    }

    /// Sets the cause, which is only logged.
    pub(crate) fn caused_by(mut self, cause: &str) -> Self {
        self.0.cause = Some(cause.to_owned());
        self
    }

    /// Marks an error as expected, so that it is not logged as a failure.
    pub(crate) fn expected(mut self) -> Self {
        self.0.expected = true;
        self
    }

    /// Returns whether the error is expected, whatever its status.
    pub(crate) fn is_expected(&self) -> bool {
        self.0.expected
    }

    /// Turns validation errors of the body into errors of a header.
    pub(crate) fn in_header(mut self, name: &str) -> Self {
        if self.0.code == Code::ValidationFailed {
            self.0.detail = format!("The header {name} is not valid.");
            self.0.faults = self.0.faults.into_iter().map(|fault| fault.in_header(name)).collect();
        }
        self
    }

    /// Records that no work had begun.
    pub(crate) fn before_anything(mut self) -> Self {
        self.0.untouched = true;
        self
    }

    /// Returns whether it is known that no work had begun.
    pub(crate) fn left_all_untouched(&self) -> bool {
        self.0.untouched
    }

    /// Returns whether a conflict with another transaction rolled this one back, so that a retry may succeed at once.
    pub(crate) fn has_collided(&self) -> bool {
        self.0.collided
    }

    /// Returns the code of the problem.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the sentence about this case.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns a member of the problem document.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.0.members.get(name)
    }

    /// Returns the validation errors.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// Returns the cause, which is only logged.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Returns the HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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
            // This only happens in a race: another transaction has just deleted a row that this one refers to, or has just referred
            // to a row that this one deletes.
            diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::conflict("A resource that this request refers to has just changed; try again.").caused_by(info.message())
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

/// Turns a violated uniqueness constraint into an error that the client can act on; other errors stay as they are.
///
/// SQLite does not name the constraint, so the caller provides the error for the only constraint that the query can violate.
pub(crate) fn conflict_on<T>(result: diesel::QueryResult<T>, answer: impl FnOnce() -> Error) -> Result<T> {
    result.map_err(|error| match error {
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _) => answer(),
        other => other.into(),
    })
}
