//! Runs a batch: one operation after the other, in one transaction.

use std::rc::Rc;

use super::draft::{BatchDraft, BatchMethod, BatchView, OperationDraft, ResultView};
use crate::db::{Lock, MAX_TRIES};
use crate::error::{Code, Error, Fault, Result};
use crate::http::{Dispatch, Request, RequestTransaction, SubRequest};

/// The locks that most operations take first.
const LOCKS: [Lock; 4] = [Lock::Articles, Lock::Authors, Lock::Site, Lock::Images];

/// Runs all operations. If one of them fails, none is stored; the results are returned either way.
pub(super) async fn carry_out(request: &Request, dispatch: &Dispatch, draft: BatchDraft) -> Result<BatchView> {
    let requests = sub_requests(draft)?;
    // An operation may read outside the transaction on a second connection; batches must not wait for each other's connections.
    let _permit = request.app.batch_permit().await?;
    if let Some(transaction) = request.request_transaction() {
        // With an idempotency key or as a dry run, the request's own transaction is used, and the request ends it.
        transaction.inner().mark().await?;
        return within(&transaction, dispatch, &requests).await;
    }
    for _ in 1..MAX_TRIES {
        let transaction = Rc::new(RequestTransaction::new(&request.app));
        let done = alone(&transaction, dispatch, requests.clone()).await;
        if !done.as_ref().is_err_and(Error::has_collided) && !transaction.take_collision() {
            return done;
        }
    }
    alone(&Rc::new(RequestTransaction::new(&request.app)), dispatch, requests).await
}

/// Runs all operations in a transaction of their own.
async fn alone(transaction: &Rc<RequestTransaction>, dispatch: &Dispatch, requests: Vec<SubRequest>) -> Result<BatchView> {
    let done = each(dispatch, requests, transaction).await;
    if done.is_ok() {
        transaction.commit().await?;
    } else {
        transaction.undo().await;
    }
    done
}

/// Runs all operations in the transaction of the request, from its savepoint on.
async fn within(transaction: &Rc<RequestTransaction>, dispatch: &Dispatch, requests: &[SubRequest]) -> Result<BatchView> {
    for tries in 1.. {
        let done = each(dispatch, requests.to_vec(), transaction).await;
        if done.is_ok() {
            return done;
        }
        transaction.undo_to_mark().await?;
        if !transaction.take_collision() || tries == MAX_TRIES {
            return done;
        }
    }
    Err(Error::internal("the batch was not run"))
}

/// Converts the operations to requests. Operations that cannot be in a batch are refused before anything runs.
fn sub_requests(draft: BatchDraft) -> Result<Vec<SubRequest>> {
    let mut faults = Vec::new();
    let mut requests = Vec::new();
    for (index, operation) in draft.operations.into_iter().enumerate() {
        match sub_request(operation) {
            Ok(request) => requests.push(request),
            Err((member, detail)) => faults.push(Fault::at(format!("/operations/{index}/{member}"), "not_in_a_batch", detail)),
        }
    }
    if faults.is_empty() { Ok(requests) } else { Err(Error::invalid(faults)) }
}

fn belongs_in_a_batch(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    !matches!(segments.as_slice(), ["", "api", "v1", "auth" | "batch", ..] | ["", "api", "v1", "articles", _, "views"])
}

fn sub_request(operation: OperationDraft) -> std::result::Result<SubRequest, (&'static str, &'static str)> {
    let OperationDraft { method, path, if_match, body } = operation;
    let (resource, query) = path.split_once('?').unwrap_or((&path, ""));
    if !belongs_in_a_batch(resource) {
        return Err(("path", "Operations on sessions, view counts and batches cannot be in a batch."));
    }
    if query.contains("dry_run") {
        return Err(("path", "A single operation cannot be a dry run: send dry_run=true with the whole batch."));
    }
    let method = match method {
        BatchMethod::Post => "POST",
        BatchMethod::Put => "PUT",
        BatchMethod::Patch => "PATCH",
        BatchMethod::Delete => "DELETE",
    };
    SubRequest::new(method, &path, if_match.as_deref(), body)
}

async fn each(dispatch: &Dispatch, requests: Vec<SubRequest>, transaction: &Rc<RequestTransaction>) -> Result<BatchView> {
    // Take these locks first, whatever the order of the operations, so that batches seldom deadlock.
    transaction.inner().run(|conn| LOCKS.into_iter().try_for_each(|lock| lock.take(conn))).await?;
    let mut results = Vec::new();
    for request in requests {
        let answer = dispatch.carry_out(request, Rc::clone(transaction)).await?;
        results.push(ResultView { status: answer.status, etag: answer.etag, location: answer.location, body: answer.body });
    }
    let failed: Vec<usize> = results.iter().enumerate().filter(|(_, result)| result.status >= 400).map(|(index, _)| index).collect();
    let detail = match failed.as_slice() {
        [] => return Ok(BatchView { results }),
        [one] => format!("Operation {one} (counted from 0) failed; nothing was stored."),
        [first, ..] => {
            format!("{} operations failed; the first of them is operation {first} (counted from 0). Nothing was stored.", failed.len())
        }
    };
    let results = serde_json::to_value(results)?;
    Err(Error::new(Code::BatchFailed, detail).with("failed", failed).with("results", results))
}
