//! The files of SQLite are readable by their owner alone: they hold e-mail and IP addresses.
//!
//! SQLite gives the WAL and its index the permissions of the database file, so that this is the one to see to.

use std::fs::{OpenOptions, Permissions, metadata, set_permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and write, for the owner.
const OWNER_ONLY: u32 = 0o600;
/// The database file, its WAL and the WAL's index.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// Makes the file of a database that does not exist yet; why it can't be made, SQLite says best.
pub(super) fn begin(path: &str) {
    if !Path::new(path).exists() {
        drop(OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path));
    }
}

/// Restricts the files of a database that others may read until now; the log says where that is not possible.
pub(super) fn restrict(path: &str) {
    for file in FILES.map(|suffix| format!("{path}{suffix}")) {
        let Ok(facts) = metadata(&file) else { continue };
        if facts.permissions().mode().trailing_zeros() >= 6 {
            // Nobody but the owner has a right.
            continue;
        }
        if let Err(error) = set_permissions(&file, Permissions::from_mode(OWNER_ONLY)) {
            tracing::warn!(file, %error, "others than the owner may read a file of the database, which could not be changed");
        }
    }
}
