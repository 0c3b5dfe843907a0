//! Emails as files, if no mail server is configured: for trials, and for programs that collect the files.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Writes an email atomically, readable only by its owner. An existing file of the same name is replaced.
pub(super) fn write(folder: &Path, name: &str, mail: &[u8]) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!(".{name}.draft"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(mail)?;
    file.sync_all()?;
    std::fs::rename(&draft, folder.join(format!("{name}.eml")))?;
    // The folder is synced as well, so that the new name is durable before the job is deleted.
    std::fs::File::open(folder)?.sync_all()
}
