//! Compares the rows of images with the files in the media store, and repairs what can be repaired.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::files::delete_unused_file;
use super::image::{parse_stored_name, stored_name};
use super::operations::GRACE_SECONDS;
use super::queries;
use crate::app::App;
use crate::error::Result;
use crate::secrets::hex;

/// The result of a comparison of files and rows.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The number of files that images use.
    pub(crate) files: usize,
    /// The total size of these files, in bytes.
    pub(crate) bytes: u64,
    /// Files that images use but that do not exist.
    pub(crate) missing: Vec<String>,
    /// Files with an unexpected size or, in a deep check, unexpected content.
    pub(crate) changed: Vec<String>,
    /// Files that no image uses.
    pub(crate) orphans: Vec<String>,
    /// The number of files without an image that are so new that an upload may still be in progress.
    pub(crate) young: usize,
    /// The number of files of other kinds, which are not checked.
    pub(crate) others: usize,
    /// The number of orphaned files that were deleted.
    pub(crate) removed: usize,
}

impl Findings {
    /// Returns whether problems remain.
    pub(crate) fn is_faulty(&self) -> bool {
        !self.missing.is_empty() || !self.changed.is_empty() || self.removed < self.orphans.len()
    }
}

/// Compares rows and files. `deep` reads every file; `repair` deletes orphaned files.
///
/// A server may run at the same time. Therefore, rows are read before files, and missing files are looked up again. A file is
/// deleted only if it is as old as the sweep requires, under the lock that uploads take.
pub(crate) async fn check(app: &App, deep: bool, repair: bool) -> Result<Findings> {
    let rows = app.db.read(queries::files).await?;
    let rows: BTreeMap<String, (String, i64)> =
        rows.into_iter().map(|(sha256, mime, bytes)| (stored_name(&sha256, mime), (sha256, bytes))).collect();
    let listed = app.storage.list(None).await?;
    let mut findings = Findings { files: rows.len(), ..Findings::default() };
    let mut sizes = HashMap::new();
    let oldest = app.now().plus_seconds(-GRACE_SECONDS);
    for file in listed {
        if parse_stored_name(&file.name).is_none() {
            findings.others += 1;
        } else if rows.contains_key(&file.name) {
            sizes.insert(file.name, file.bytes);
        } else if file.changed_at < oldest {
            findings.orphans.push(file.name);
        } else {
            findings.young += 1;
        }
    }
    for (name, (sha256, bytes)) in rows {
        match sizes.get(&name) {
            Some(size) => {
                findings.bytes += size;
                if u64::try_from(bytes) != Ok(*size) || (deep && !has_content(app, &name, &sha256).await?) {
                    findings.changed.push(name);
                }
            }
            None if is_missing(app, &name, &sha256).await? => findings.missing.push(name),
            None => {}
        }
    }
    if repair {
        findings.removed = remove(app, &findings.orphans).await?;
    }
    Ok(findings)
}

async fn has_content(app: &App, name: &str, sha256: &str) -> Result<bool> {
    let content = app.storage.read(name).await?;
    Ok(content.is_none_or(|content| hex(&Sha256::digest(&content)) == sha256))
}

/// Returns whether a file is missing and an image still uses it.
async fn is_missing(app: &App, name: &str, sha256: &str) -> Result<bool> {
    let sha256 = sha256.to_owned();
    Ok(app.storage.size(name).await?.is_none() && app.db.read(move |conn| queries::file_is_used(conn, &sha256)).await?)
}

async fn remove(app: &App, orphans: &[String]) -> Result<usize> {
    let mut removed = 0;
    for name in orphans {
        let Some((sha256, _)) = parse_stored_name(name) else { continue };
        delete_unused_file(app, sha256, name).await?;
        removed += 1;
    }
    Ok(removed)
}
