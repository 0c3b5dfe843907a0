//! Compares the pictures' rows with the files of the store, and mends what can be mended.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::image::{parse_stored_name, stored_name};
use super::operations::GRACE_SECONDS;
use super::queries;
use super::upload::forget_file;
use crate::app::App;
use crate::error::Result;
use crate::secrets::hex;

/// How the files and the rows agree.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Files that pictures are made of.
    pub(crate) files: usize,
    /// How many bytes they have together.
    pub(crate) bytes: u64,
    /// Files that pictures are made of and that are not there.
    pub(crate) missing: Vec<String>,
    /// Files that have another size than they had or, looked at closely, another content.
    pub(crate) changed: Vec<String>,
    /// Files that no picture is left for.
    pub(crate) orphans: Vec<String>,
    /// Files without a picture that are so new that an upload may be under way.
    pub(crate) young: usize,
    /// Files of another kind, which are not judged.
    pub(crate) others: usize,
    /// How many orphans were removed.
    pub(crate) removed: usize,
}

impl Findings {
    /// Whether something is wrong still.
    pub(crate) fn is_faulty(&self) -> bool {
        !self.missing.is_empty() || !self.changed.is_empty() || self.removed < self.orphans.len()
    }
}

/// Compares rows and files; `deep` reads every file, `repair` removes those that no picture is left for.
///
/// A server may run beside it: rows are read before files, what seems to be missing is looked for again, and a file is
/// removed only when it is as old as the sweep demands, under the lock that uploads take.
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

/// Whether a file is not there that a picture is made of, still.
async fn is_missing(app: &App, name: &str, sha256: &str) -> Result<bool> {
    let sha256 = sha256.to_owned();
    Ok(app.storage.size(name).await?.is_none() && app.db.read(move |conn| queries::file_is_used(conn, &sha256)).await?)
}

async fn remove(app: &App, orphans: &[String]) -> Result<usize> {
    let mut removed = 0;
    for name in orphans {
        let Some((sha256, _)) = parse_stored_name(name) else { continue };
        forget_file(app, sha256, name).await?;
        removed += 1;
    }
    Ok(removed)
}
