//! Image files in the store: several images may share one file, which is deleted with the last of them.

use tokio::runtime::Handle;

use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::Result;

/// Deletes a file if no row refers to it.
pub(super) async fn delete_unused_file(app: &App, sha256: &str, name: &str) -> Result<()> {
    let (storage, runtime) = (app.storage.clone(), Handle::current());
    let (sha256, name) = (sha256.to_owned(), name.to_owned());
    app.db
        .write(move |conn| {
            lock_file(conn, &sha256)?;
            if queries::file_is_used(conn, &sha256)? { Ok(()) } else { runtime.block_on(storage.soon(storage.delete(&name))) }
        })
        .await
}

/// Takes the lock of a file, so that it is not deleted while another image begins to use it.
pub(super) fn lock_file(conn: &mut Conn, sha256: &str) -> Result<()> {
    Lock::File.take_for(conn, sha256)
}
