//! Mails as files, where no mail server is named: for trying things out, and for whoever fetches them from there.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Writes a mail whole or not at all, readable by its owner alone; a second time under one name writes it anew.
pub(super) fn write(folder: &Path, name: &str, mail: &[u8]) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!(".{name}.draft"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(mail)?;
    file.sync_all()?;
    std::fs::rename(&draft, folder.join(format!("{name}.eml")))?;
    // The name is durable, too, before the job is done with.
    std::fs::File::open(folder)?.sync_all()
}
