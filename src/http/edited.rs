//! Editor views: the public view plus the members that protect writes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Timestamp;
use crate::error::Result;

/// The editor view: the public view plus its version and times.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Edited<V: Serialize> {
    /// The public view.
    #[serde(flatten)]
    pub(crate) view: V,
    /// The version, which counts the changes. The `ETag` of version 7 is `"v7"`.
    #[schema(example = 7, minimum = 1)]
    pub(crate) version: i32,
    /// The time of the creation, in UTC.
    pub(crate) created_at: Timestamp,
    /// The time of the last change, in UTC.
    pub(crate) updated_at: Timestamp,
}

/// The editor view of a resource whose version guards changes.
pub(crate) trait Versioned: Serialize {
    /// The version, which counts the changes.
    fn version(&self) -> i32;
}

impl<V: Serialize> Versioned for Edited<V> {
    fn version(&self) -> i32 {
        self.version
    }
}

impl<V: Serialize> Edited<V> {
    /// Returns whether the public views are equal. If so, a write has changed nothing.
    pub(crate) fn same_content(&self, other: &Self) -> Result<bool> {
        Ok(serde_json::to_value(&self.view)? == serde_json::to_value(&other.view)?)
    }
}

/// The public view or, with `view=editor`, the editor view.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two responses of one operation")]
pub(crate) enum Either<V: Serialize> {
    /// The public view.
    Public(V),
    /// The editor view.
    Editor(Edited<V>),
}

/// The public view or, with `view=editor`, an editor view that shows more.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two responses of one operation")]
pub(crate) enum PublicOr<V: Serialize, E: Serialize> {
    /// The public view.
    Public(V),
    /// The editor view.
    Editor(E),
}
