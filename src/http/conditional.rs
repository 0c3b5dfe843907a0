//! `If-Match` and versions: nobody overwrites what they have not seen (RFC 9110, section 13).

use serde_json::{Map, Value, json};

use super::cache::Coding;
use crate::error::{Code, Error, Result};

/// How many bytes the conflicts of a refused write take in its answer.
const MAX_CONFLICTS: usize = 40 * 1024;

/// What a write demands of the version that it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Nothing.
    None,
    /// A version must be named, and none was.
    Missing,
    /// Something that can't be read.
    Malformed,
    /// That there is something.
    Any,
    /// One of these entity tags.
    Tags(Vec<String>),
}

impl Precondition {
    /// Reads the header.
    pub(crate) fn read(header: Option<&str>, required: bool) -> Self {
        match header.map(str::trim) {
            None if required => Self::Missing,
            None => Self::None,
            Some("*") => Self::Any,
            Some(tags) => Self::Tags(tags.split(',').map(|tag| tag.trim().to_owned()).collect()),
        }
    }

    /// Refuses a write to another version than the one named; says how what was sent differs from what is there.
    pub(crate) fn check(&self, version: i32, current: &Value, sent: &Map<String, Value>) -> Result<()> {
        match self.stale(version)? {
            Some(_) => Err(stale_version(version, conflicts(current, sent), Vec::new())),
            None => Ok(()),
        }
    }

    /// Whether the version found is another than the one named.
    pub(crate) fn stale(&self, version: i32) -> Result<Option<Stale>> {
        let tags = match self {
            Self::None | Self::Any => return Ok(None),
            Self::Missing => return Err(Error::new(Code::VersionRequired, "Send the ETag of the editor view in If-Match.")),
            Self::Malformed => return Err(Error::new(Code::MalformedHeader, "If-Match can't be read.")),
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

    /// The same, for a write without a body.
    pub(crate) fn check_bare(&self, version: i32) -> Result<()> {
        self.check(version, &Value::Null, &Map::new())
    }
}

/// A version that is not the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    /// The older version that was named, where it can be one.
    pub(crate) named: Option<i32>,
}

/// What a write to another version than the current one is answered: what collides, and what only the sender changed.
pub(crate) fn stale_version(version: i32, conflicts: Vec<Value>, mergeable: Vec<Value>) -> Error {
    Error::new(Code::StaleVersion, format!("The current version is {version}."))
        .with("current_version", version)
        .with("conflicts", within_bounds(conflicts))
        .with("mergeable", mergeable)
}

/// Conflicts that fit into a problem document: of a member that is too long for it, only the place is told.
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

/// The entity tag of a version of an editor view.
pub(crate) fn version_tag(version: i32) -> String {
    format!("\"v{version}\"")
}

/// The version that a strong entity tag of an editor view names, whatever coding the view was sent in.
fn version_of(tag: &str) -> Option<i32> {
    let text = tag.strip_prefix("\"v")?.strip_suffix('"')?;
    let number = Coding::ALL.iter().find_map(|coding| text.strip_suffix(coding.name()?)?.strip_suffix('-')).unwrap_or(text);
    number.parse::<i32>().ok().filter(|version| version.to_string() == number)
}

/// What a client is told whose tag names the current version and has been weakened on its way.
fn weak_tag(version: i32) -> Error {
    let detail = format!(
        "The entity tag is weak, and If-Match compares strongly. The current version is {version}; a proxy between changed the answer \
         that you read, as by compressing it. Send {} in If-Match.",
        version_tag(version)
    );
    Error::new(Code::WeakTag, detail).with("current_version", version)
}

/// What was sent and is not what is there.
fn conflicts(current: &Value, sent: &Map<String, Value>) -> Vec<Value> {
    let differs = |(name, yours): (&String, &Value)| {
        let theirs = current.get(name).filter(|theirs| *theirs != yours)?;
        Some(json!({"pointer": format!("/{name}"), "current": theirs, "yours": yours}))
    };
    sent.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn a_version_has_one_tag_in_each_coding() {
        for tag in ["\"v12\"", "\"v12-br\"", "\"v12-gzip\""] {
            assert_eq!(version_of(tag), Some(12), "{tag}");
        }
        for tag in ["W/\"v12\"", "v12", "\"12\"", "\"v012\"", "\"v12-\"", "\"v12-zstd\"", "\"v12br\"", "\"v+1\"", "\"v\"", "\""] {
            assert_eq!(version_of(tag), None, "{tag}");
        }
    }
}
