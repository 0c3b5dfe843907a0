//! The request body and the response of a batch.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::input::Draft;

/// A batch: write operations in one transaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchDraft {
    /// The operations, in the order of execution; each sees the effects of the operations before it.
    #[schema(min_items = 1, max_items = 100)]
    pub(super) operations: Vec<OperationDraft>,
}

impl Draft for BatchDraft {
    // The operations validate their own bodies, so a batch passes on all values, such as large numbers, unchanged.
    const FREE: &'static [&'static str] = &["/operations"];
}

/// A write operation in a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationDraft {
    /// The HTTP method.
    pub(super) method: BatchMethod,
    /// The path and query, below `/api/v1/`.
    #[schema(min_length = 9, max_length = 2000, pattern = "^/api/v1/[!-~]+$", example = "/api/v1/sections")]
    pub(super) path: String,
    /// The `ETag` of the version that the operation applies to, as in the header `If-Match`.
    #[schema(max_length = 200, pattern = "^[!-~]+$", example = "\"v7\"")]
    pub(super) if_match: Option<String>,
    /// The request body, if the operation has one.
    #[schema(example = json!({"name": "City"}))]
    pub(super) body: Option<Value>,
}

/// The methods that batches support.
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

/// The results of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchView {
    /// The results of the operations, in the same order.
    pub(super) results: Vec<ResultView>,
}

/// The response to an operation in a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultView {
    /// The HTTP status.
    #[schema(example = 201, minimum = 200, maximum = 599)]
    pub(super) status: u16,
    /// The `ETag` of the resource after the operation.
    #[schema(example = "\"v1\"")]
    pub(super) etag: Option<String>,
    /// The URL of the new resource.
    #[schema(example = "https://api.news.example/api/v1/sections/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(super) location: Option<String>,
    /// The response body: the resource after the operation, or a problem document.
    #[schema(example = json!({"id": "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42", "name": "City"}))]
    pub(super) body: Value,
}
