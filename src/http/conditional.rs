//! `If-Match` and versions: no client overwrites a change that it has not seen (RFC 9110, section 13).

use serde_json::{Map, Value, json};

use super::entity_tag::{self, version_of};
use crate::error::{Code, Error, Result};

/// The maximum size of the conflicts in the response to a refused write, in bytes.
const MAX_CONFLICTS: usize = 40 * 1024;

/// The precondition of a write on the current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// No precondition.
    None,
    /// `If-Match` is required and missing.
    Missing,
    /// The header cannot be parsed.
    Malformed,
    /// The resource must exist (`*`).
    Any,
    /// The current version must have one of these entity tags.
    Tags(Vec<String>),
}

impl Precondition {
    /// Parses the header.
    pub(crate) fn read(header: Option<&str>, required: bool) -> Self {
        match header.map(str::trim) {
            None if required => Self::Missing,
            None => Self::None,
            Some("*") => Self::Any,
            Some(tags) => Self::Tags(tags.split(',').map(|tag| tag.trim().to_owned()).collect()),
        }
    }

    /// Refuses the write if the current version is not the named one; the error lists the members that differ.
    pub(crate) fn check(&self, version: i32, current: &Value, sent: &Map<String, Value>) -> Result<()> {
        match self.stale(version)? {
            Some(_) => Err(stale_version(version, conflicts(current, sent), Vec::new())),
            None => Ok(()),
        }
    }

    /// Returns `Some` if the current version is not the named one.
    pub(crate) fn stale(&self, version: i32) -> Result<Option<Stale>> {
        let tags = match self {
            Self::None | Self::Any => return Ok(None),
            Self::Missing => return Err(Error::new(Code::VersionRequired, "Send the ETag of the editor view in If-Match.")),
            Self::Malformed => return Err(Error::new(Code::MalformedHeader, "If-Match cannot be parsed.")),
            Self::Tags(tags) => tags,
        };
        if tags.iter().any(|tag| version_of(tag) == Some(version)) {
            return Ok(None);
        }
        if tags.iter().any(|tag| tag.strip_prefix("W/").and_then(version_of) == Some(version)) {
            return Err(weak_tag(version));
        }
        let named = tags.iter().find_map(|tag| version_of(tag));
        Ok(Some(Stale { named: named.filter(|named| *named < version) }))
    }

    /// Same as [`Self::check`], for a write without a body.
    pub(crate) fn check_bare(&self, version: i32) -> Result<()> {
        self.check(version, &Value::Null, &Map::new())
    }
}

/// The result of a precondition that names a version other than the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    /// The version that the precondition names, if it is older than the current one.
    pub(crate) named: Option<i32>,
}

/// Returns the error for a write to a stale version: the conflicting changes, and the changes that can be merged.
pub(crate) fn stale_version(version: i32, conflicts: Vec<Value>, mergeable: Vec<Value>) -> Error {
    Error::new(Code::StaleVersion, format!("The current version is {version}."))
        .with("current_version", version)
        .with("conflicts", within_bounds(conflicts))
        .with("mergeable", mergeable)
}

/// Limits the conflicts to the size of a problem document: a member that is too long is listed only by its pointer.
fn within_bounds(conflicts: Vec<Value>) -> Vec<Value> {
    let mut left = MAX_CONFLICTS;
    let told = |conflict: Value| {
        let size = conflict.to_string().len();
        if size <= left {
            left -= size;
            return conflict;
        }
        let pointer = conflict.get("pointer").cloned().unwrap_or_default();
        json!({"pointer": pointer, "omitted": true})
    };
    conflicts.into_iter().map(told).collect()
}

/// Returns the error for a tag that names the current version but was weakened on its way.
fn weak_tag(version: i32) -> Error {
    let detail = format!(
        "If-Match needs a strong entity tag, but the request has a weak one. A proxy changed the response that you read, perhaps by \
         compressing it. The current version is {version}. Send {} in If-Match.",
        entity_tag::of_version(version)
    );
    Error::new(Code::WeakTag, detail).with("current_version", version)
}

/// Lists the sent members that differ from the current ones.
fn conflicts(current: &Value, sent: &Map<String, Value>) -> Vec<Value> {
    let differs = |(name, yours): (&String, &Value)| {
        let theirs = current.get(name).filter(|theirs| *theirs != yours)?;
        Some(json!({"pointer": format!("/{name}"), "current": theirs, "yours": yours}))
    };
    sent.iter().filter_map(differs).collect()
}
