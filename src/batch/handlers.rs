//! The HTTP handler of batches.

use actix_web::{HttpResponse, post};

use super::draft::{BatchDraft, BatchView};
use super::operations;
use crate::error::Result;
use crate::http::{Body, Dispatch, Mount, OfBatch, Request, private};
use crate::users::{Caller, OldScope, Right, Role, Staff};

/// The right to send a batch; each operation in it checks its own right.
enum Batcher {}

impl Right for Batcher {
    const ROLES: &'static [Role] = Staff::ROLES;
    const OLD_SCOPE: OldScope = OldScope::Content;
}

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(run_batch);
}

/// Run a batch
///
/// Runs up to 100 write operations in one transaction: all are stored, or none. Each is authorised, validated and answered as
/// if it were sent alone. Each sees the effects of the operations before it: a batch can create a section and put articles
/// into it by its slug. If one fails, the others are still tried, to report their results; then everything is rolled back, and the
/// response is `422` with the `results`. Operations below `/auth`, uploads, view counts and batches cannot be in a batch. With
/// `dry_run=true`, the response is the same and nothing is stored.
#[utoipa::path(
    tag = "Batch",
    params(Caller<Batcher>),
    request_body = BatchDraft,
    responses((status = 200, body = BatchView, description = "The results of the operations; all are stored.")),
)]
#[post("/batch")]
async fn run_batch(body: Body, request: Request, _caller: Caller<Batcher>, dispatch: Dispatch) -> Result<HttpResponse> {
    request.no_query()?;
    let draft = body.0.plain::<BatchDraft>()?;
    let paths = draft.operations.iter().map(|operation| operation.path.clone()).collect();
    let mut response = private(200, &operations::carry_out(&request, &dispatch, draft).await?)?;
    response.extensions_mut().insert(OfBatch(paths));
    Ok(response)
}
