//! Editor views: what readers see, and the members that guard writes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::Timestamp;
use crate::error::Result;

/// What editors see: the public view, its version and its times.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Edited<V: Serialize> {
    /// What readers see.
    #[serde(flatten)]
    pub(crate) view: V,
    /// Counts the changes; `"v7"` as an `ETag`.
    #[schema(example = 7, minimum = 1)]
    pub(crate) version: i32,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl<V: Serialize> Edited<V> {
    /// Whether the public view is the same, so that a write changed nothing.
    pub(crate) fn same_content(&self, other: &Self) -> Result<bool> {
        Ok(serde_json::to_value(&self.view)? == serde_json::to_value(&other.view)?)
    }
}

/// The word that asks for an editor view.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EditorView {
    /// What editors see; needs a token.
    Editor,
}

/// The public view or, with `view=editor`, the editor view.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two answers of one operation")]
pub(crate) enum Either<V: Serialize> {
    /// What readers see.
    Public(V),
    /// What editors see.
    Editor(Edited<V>),
}

/// The public view or, with `view=editor`, an editor view that shows more of it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two answers of one operation")]
pub(crate) enum PublicOr<V: Serialize, E: Serialize> {
    /// What readers see.
    Public(V),
    /// What editors see.
    Editor(E),
}
