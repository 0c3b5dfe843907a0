//! Maps failures of stores (the database of either engine, the media folder, the bucket) to errors. A full store is `507`, an
//! unreachable or inaccessible store is `503`, and any other failure is an internal error.

use std::io;

use super::{Code, Error};

/// Parts of the messages for a full disk, an exhausted quota or a full bucket.
const FULL: [&str; 11] = [
    "disk is full",
    "No space left",
    "disk I/O error",
    "StorageFull",
    "storage full",
    "uota exceeded",
    "QuotaExceeded",
    "InsufficientStorage",
    "Insufficient Storage",
    "could not extend file",
    "File too large",
];

/// Parts of the messages for a store that is temporarily unavailable.
const AWAY: [&str; 24] = [
    "locked",
    "timeout",
    "timed out",
    "connection",
    "terminating",
    "unable to open database file",
    "readonly database",
    "read-only transaction",
    "disk image is malformed",
    "out of memory",
    "out of shared memory",
    "too many clients",
    "too many open files",
    "starting up",
    "shutting down",
    "in recovery mode",
    "not yet accepting",
    "could not open file",
    "could not read",
    "could not write",
    "could not access",
    "could not fsync",
    "NoSuchBucket",
    "canceling statement",
];

/// Parts of the messages for transactions that were rolled back because of a conflict. Not every such message has its own error
/// kind in Diesel.
const COLLISIONS: [&str; 2] = ["deadlock detected", "could not serialize access"];

/// Maps a failure to an error by the message of the store.
pub(super) fn classify(message: &str) -> Error {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&COLLISIONS) {
        let mut error = Error::unavailable(message);
        error.0.collided = true;
        return error;
    }
    if says(&FULL) {
        return full(message);
    }
    if says(&AWAY) { Error::unavailable(message) } else { Error::internal(message) }
}

fn full(message: &str) -> Error {
    Error::new(Code::StorageFull, "Nothing was stored.").caused_by(message).header("Retry-After", "30")
}

/// Maps a failure of a file to an error.
fn of_file(kind: io::ErrorKind, message: &str) -> Error {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge | io::ErrorKind::WriteZero => full(message),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Error::internal(message),
        io::ErrorKind::Other => classify(message),
        // If a file cannot be found, written or reached, the storage itself counts as unavailable.
        _ => Error::unavailable(message),
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        of_file(error.kind(), &error.to_string())
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        // Only the debug form includes the underlying cause.
        let message = format!("{error:?}");
        while let Some(inner) = cause {
            if let Some(file) = inner.downcast_ref::<io::Error>() {
                return of_file(file.kind(), &message);
            }
            cause = inner.source();
        }
        match error {
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. }
            | object_store::Error::NotFound { .. } => Self::unavailable(&message),
            _ => classify(&message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stores_say_is_told_as_what_a_client_can_do() {
        for (message, code) in [
            ("database or disk is full", Code::StorageFull),
            ("could not extend file \"base/5/2619\": No space left on device", Code::StorageFull),
            ("Disk quota exceeded", Code::StorageFull),
            ("database is locked", Code::Unavailable),
            ("unable to open database file", Code::Unavailable),
            ("attempt to write a readonly database", Code::Unavailable),
            ("FATAL: sorry, too many clients already", Code::Unavailable),
            ("the database system is starting up", Code::Unavailable),
            ("cannot execute INSERT in a read-only transaction", Code::Unavailable),
            ("canceling statement due to lock timeout", Code::Unavailable),
            ("server closed the connection unexpectedly", Code::Unavailable),
            ("deadlock detected", Code::Unavailable),
            ("no such column: titel", Code::Internal),
        ] {
            let error = classify(message);
            assert_eq!(error.code(), code, "{message}");
            assert_eq!(error.has_collided(), message.starts_with("deadlock"), "{message}");
        }
    }

    #[test]
    fn what_files_say_is_told_as_what_a_client_can_do() {
        for (kind, code) in [
            (io::ErrorKind::StorageFull, Code::StorageFull),
            (io::ErrorKind::QuotaExceeded, Code::StorageFull),
            (io::ErrorKind::PermissionDenied, Code::Unavailable),
            (io::ErrorKind::NotFound, Code::Unavailable),
            (io::ErrorKind::ReadOnlyFilesystem, Code::Unavailable),
            (io::ErrorKind::TimedOut, Code::Unavailable),
            (io::ErrorKind::InvalidInput, Code::Internal),
        ] {
            assert_eq!(Error::from(io::Error::from(kind)).code(), code, "{kind}");
            let stored = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(io::Error::from(kind)) };
            assert_eq!(Error::from(stored).code(), code, "{kind} in the store");
        }
    }
}
