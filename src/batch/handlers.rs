//! The batch over HTTP.

use actix_web::{HttpResponse, post};

use super::draft::{BatchDraft, BatchView};
use super::operations;
use crate::error::Result;
use crate::http::{Body, Dispatch, Mount, Request, private};
use crate::users::{Caller, OldScope, Right, Role, Staff};

/// The right to send several operations at once: each of them asks for its own.
enum Batcher {}

impl Right for Batcher {
    const ROLES: &'static [Role] = Staff::ROLES;
    const OLD_SCOPE: OldScope = OldScope::Content;
}

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(run_batch);
}

/// Runs a batch.
///
/// Up to 100 writes in one transaction: all are stored, or none. Each is authorised, checked and answered as if it were
/// sent alone, and sees what those before it did, so that a section can be made and articles put into it by its slug.
/// Where one fails, the others are carried out nevertheless to tell what they would answer; then all is undone and the
/// answer is `422` with the same `results`. What belongs to one's own session (`/auth`), uploads and batches themselves can't
/// be part of one. With `dry_run=true`, everything is answered and nothing is stored.
#[utoipa::path(tag = "Batch", request_body = BatchDraft,
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = BatchView, description = "What each operation answered; all is stored.")))]
#[post("/batch")]
async fn run_batch(body: Body, request: Request, _caller: Caller<Batcher>, dispatch: Dispatch) -> Result<HttpResponse> {
    request.no_query()?;
    let draft = body.0.plain::<BatchDraft>()?;
    private(200, &operations::carry_out(&request, &dispatch, draft).await?)
}
