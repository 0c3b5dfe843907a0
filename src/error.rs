//! The one `Error`, sized by what the client can do next, and its RFC 9457 problem document.
//!
//! A cause is kept for the log and never sent; the front service adds `instance` and `request_id`.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

/// What every operation returns.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Declares every problem: its code, status, title and what a person should know of it.
macro_rules! problems {
    ($($variant:ident = $code:literal $status:literal $title:literal $about:literal),+ $(,)?) => {
        /// Every kind of problem there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($variant),+ }

        impl Code {
            /// All of them, in the order of their statuses.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answers carry it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status it comes with.
            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The problem's title.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do, for a person.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }
    };
}

problems! {
    MalformedJson = "malformed_json" 400 "The body is not valid JSON" "The body could not be read as JSON: a syntax error, a member that stands twice, or more than 32 levels of nesting. Send one UTF-8 JSON document as RFC 8259 describes.",
    MalformedQuery = "malformed_query" 400 "The query string is wrong" "A parameter is unknown, stands twice, or has a value that it can't take. Each fault names its parameter; the OpenAPI document lists what the operation takes.",
    MalformedBody = "malformed_body" 400 "The body could not be read" "The body broke off or does not have the form that its Content-Type announces.",
    MalformedHeader = "malformed_header" 400 "A header is wrong" "A request header has a value that it can't take.",
    Unauthenticated = "unauthenticated" 401 "Who is asking?" "This needs an access token or an API key in the Authorization header, as Bearer. The one sent is missing, unknown, expired or ended. Log in, or refresh.",
    WrongCredentials = "wrong_credentials" 401 "The credentials are wrong" "The e-mail address and the password do not belong together, or the account may not log in.",
    Forbidden = "forbidden" 403 "You may not do this" "Your role or your key's scopes do not allow it. Ask an administrator.",
    NotFound = "not_found" 404 "There is nothing here" "No public resource has this address. It may never have existed, or may not be public.",
    MethodNotAllowed = "method_not_allowed" 405 "This method is not supported here" "The resource exists, but not for this method. The Allow header names those that it has.",
    RequestTimeout = "request_timeout" 408 "The request took too long to arrive" "Its body did not arrive within the deadline. Send it again, on a better connection or in smaller parts.",
    Conflict = "conflict" 409 "The state does not allow it" "The request is right in itself, but not in the state in which the resource is. The detail says why.",
    SlugTaken = "slug_taken" 409 "This slug is taken" "Another resource of this kind has the slug, or had it while it was public. Choose another, or leave the slug out to get one made.",
    InUse = "in_use" 409 "Others use this" "It cannot be deleted while others use it. `usages` says which; the operation's documentation says how to go on.",
    IllegalTransition = "illegal_transition" 409 "The state does not allow this step" "The resource's state does not have this step. `legal` names those it has.",
    Misfits = "misfits" 409 "What is there does not fit" "Objects that are there would not fit this schema. `misfits` names the first hundred with what is wrong, `total` counts all. Change them first, or send force=true: then they stay as they are, and whoever saves one next is told.",
    LastAdmin = "last_admin" 409 "There must be an administrator" "The last administrator can be neither demoted, suspended nor deleted. Make another one first.",
    RequestInFlight = "request_in_flight" 409 "The same request is being answered" "Another request with this Idempotency-Key has not been answered yet. Wait, and send it again.",
    Gone = "gone" 410 "It is no longer public" "What stood here was public once and has been withdrawn.",
    StaleVersion = "stale_version" 412 "It has changed since you read it" "If-Match names a version that is not the current one. Read it again, merge, and send the write with the new ETag.",
    TooLarge = "too_large" 413 "The body is too large" "JSON bodies may have 1 MiB, uploads 20 MiB.",
    UriTooLong = "uri_too_long" 414 "The address is too long" "Path and query may have 8 KiB together.",
    UnsupportedMediaType = "unsupported_media_type" 415 "This media type is not supported here" "The Content-Type of the body, or the type of the file by its bytes, is not one that the operation takes.",
    RangeNotSatisfiable = "range_not_satisfiable" 416 "The file has no such range" "The requested range lies outside the file. Content-Range tells its size.",
    ValidationFailed = "validation_failed" 422 "The content is not valid" "The body is JSON, but not what the operation takes. `errors` lists every fault with a JSON Pointer (RFC 6901) to the place.",
    BatchFailed = "batch_failed" 422 "An operation of the batch failed" "Nothing of the batch was stored. `results` has the answer of each operation, in their order; mend those that failed and send the batch again.",
    IdempotencyMismatch = "idempotency_mismatch" 422 "This Idempotency-Key was used for another request" "A key belongs to one request. Send the same body again, or use a new key.",
    VersionRequired = "version_required" 428 "This write needs If-Match" "This server takes a write only with the ETag of what it changes (REQUIRE_IF_MATCH). Read the editor view and send its ETag in If-Match.",
    TooManyRequests = "too_many_requests" 429 "Too many requests" "Wait as many seconds as Retry-After says.",
    HeadersTooLarge = "headers_too_large" 431 "The headers are too large" "The request's headers are larger than the server takes.",
    Internal = "internal" 500 "The server failed" "The failure has been logged under the request id; nothing of it is your fault.",
    Unavailable = "unavailable" 503 "The server cannot answer now" "It is starting, stopping or overloaded, or its database does not answer. Wait as many seconds as Retry-After says.",
    StorageFull = "storage_full" 507 "The server's disk is full" "Nothing was stored. Reads go on; writes work again when there is room.",
}

/// One fault of a request: where it is, and what is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fault(Box<Facts>);

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    code: &'static str,
    detail: String,
    #[serde(flatten)]
    bounds: Map<String, Value>,
}

impl Fault {
    /// A fault of the body, at a JSON Pointer.
    pub(crate) fn at(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Facts { pointer: Some(pointer.into()), parameter: None, code, detail: detail.into(), bounds: Map::new() }))
    }

    /// A fault of a query parameter or a form field.
    pub(crate) fn parameter(name: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Facts { pointer: None, parameter: Some(name.into()), code, detail: detail.into(), bounds: Map::new() }))
    }

    /// The same fault, with a bound that was broken.
    pub(crate) fn bound(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.bounds.insert(name.to_owned(), value.into());
        self
    }

    /// Where in the body it is.
    pub(crate) fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// What kind of fault it is.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Whether another says the same of the same place, in whatever words.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        (&self.0.pointer, &self.0.parameter, self.0.code) == (&other.0.pointer, &other.0.parameter, other.0.code)
    }
}

/// What went wrong: what the client is told, and what only the log is.
pub(crate) struct Error(Box<Inner>);

struct Inner {
    code: Code,
    detail: String,
    faults: Vec<Fault>,
    members: Map<String, Value>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
    expected: bool,
}

impl Error {
    /// A problem with a sentence about this case.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            faults: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
            expected: false,
        }))
    }

    /// A body whose faults are these.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.len() {
            1 => "The body has a fault.".to_owned(),
            many => format!("The body has {many} faults."),
        };
        let mut error = Self::new(Code::ValidationFailed, detail);
        error.0.faults = faults;
        error
    }

    /// A query string whose faults are these.
    pub(crate) fn bad_query(faults: Vec<Fault>) -> Self {
        let mut error = Self::new(Code::MalformedQuery, "The query string has faults.");
        error.0.faults = faults;
        error
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
        members.insert("instance".into(), instance.into());
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
        let body = serde_json::to_vec(&self.document(instance, request_id)).unwrap_or_default();
        response.content_type("application/problem+json").insert_header(("Cache-Control", "no-store")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.detail)?;
        for fault in &self.0.faults {
            write!(f, "; {} {}", fault.0.pointer.as_ref().or(fault.0.parameter.as_ref()).map_or("", String::as_str), fault.0.detail)?;
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

/// Neither engine gives these failures a kind of its own.
fn classify(message: &str) -> Error {
    if message.contains("disk is full")
        || message.contains("No space left")
        || message.contains("StorageFull")
        || message.contains("disk I/O error")
    {
        return Error::new(Code::StorageFull, "Nothing was stored.").caused_by(message).header("Retry-After", "30");
    }
    if message.contains("locked")
        || message.contains("timeout")
        || message.contains("connection")
        || message.contains("terminating")
        || message.contains("deadlock")
    {
        return Error::unavailable(message);
    }
    Error::internal(message)
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

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        classify(&error.to_string())
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::not_found(),
            // Only the debug form tells of the cause beneath.
            other => classify(&format!("{other:?}")),
        }
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
