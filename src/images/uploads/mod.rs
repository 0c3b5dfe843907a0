//! Uploads that come in pieces (tus 1.0.0), for phones on bad networks.
//!
//! Invariants: a piece is durable in the media store before its row counts it, so that any node can go on with an upload;
//! of pieces that begin at the same byte, one is taken; the last one is counted in the transaction that makes the picture,
//! so that there is exactly one for each upload that is complete.

mod handlers;
mod operations;
mod queries;
mod resumable;

pub(super) use handlers::routes;
pub(super) use operations::sweep;
pub(crate) use queries::forget_expired;
