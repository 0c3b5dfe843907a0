//! Restricts SQLite's files to their owner, because they contain email addresses and IP addresses.
//!
//! SQLite creates the WAL and its index with the permissions of the database file, so a new database needs only the right
//! permissions for its file. Files that exist already are restricted one by one.

use std::fs::{OpenOptions, Permissions, metadata, set_permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and write permission for the owner only.
const OWNER_ONLY: u32 = 0o600;
/// The database file, its WAL and the index of the WAL.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// Creates the file of a new database. Errors are ignored, because SQLite then reports a better one.
pub(super) fn begin(path: &str) {
    if !Path::new(path).exists() {
        drop(OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path));
    }
}

/// Removes the permissions of other users from the files of a database; logs a warning if that fails.
pub(super) fn restrict(path: &str) {
    for file in FILES.map(|suffix| format!("{path}{suffix}")) {
        let Ok(facts) = metadata(&file) else { continue };
        if facts.permissions().mode().trailing_zeros() >= 6 {
            // Only the owner has permissions.
            continue;
        }
        if let Err(error) = set_permissions(&file, Permissions::from_mode(OWNER_ONLY)) {
            tracing::warn!(file, %error, "other users may read a file of the database; its permissions could not be changed");
        }
    }
}
