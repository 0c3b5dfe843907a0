//! What a batch is made of, and what it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::input::Draft;

/// Writes to be carried out together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchDraft {
    /// The operations, in the order in which they are carried out; each sees what those before it did.
    #[schema(min_items = 1, max_items = 100)]
    pub(super) operations: Vec<OperationDraft>,
}

impl Draft for BatchDraft {
    // What the bodies hold is the operations' business; but numbers in them must come there as they were sent.
    const FREE: &'static [&'static str] = &["/operations"];
}

/// One write, as it would be sent alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationDraft {
    /// What to do.
    pub(super) method: BatchMethod,
    /// Path and query, below `/api/v1/`.
    #[schema(min_length = 9, max_length = 2000, pattern = "^/api/v1/[!-~]+$", example = "/api/v1/sections")]
    pub(super) path: String,
    /// The `ETag` of the version that it is meant for.
    #[schema(max_length = 200, pattern = "^[!-~]+$", example = "\"v7\"")]
    pub(super) if_match: Option<String>,
    /// The body, where it has one.
    #[schema(example = json!({"name": "City"}))]
    pub(super) body: Option<Value>,
}

/// The methods that write.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum BatchMethod {
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes by merge patch.
    Patch,
    /// Deletes.
    Delete,
}

/// What the operations answered, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchView {
    /// An answer for each operation.
    pub(super) results: Vec<ResultView>,
}

/// What one operation answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultView {
    /// The HTTP status.
    #[schema(example = 201, minimum = 200, maximum = 599)]
    pub(super) status: u16,
    /// The version that it made.
    #[schema(example = "\"v1\"")]
    pub(super) etag: Option<String>,
    /// Where the new resource is.
    #[schema(example = "https://api.news.example/api/v1/sections/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(super) location: Option<String>,
    /// The body: the resource as it is now, or a problem document.
    #[schema(example = json!({"id": "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42", "name": "City"}))]
    pub(super) body: Value,
}
