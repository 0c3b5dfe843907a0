//! Resumable uploads (tus 1.0.0), for phones on unreliable networks.
//!
//! Invariants: a piece is durable in the media store before the row of the upload counts it, so that any node can continue an
//! upload. Of several pieces that begin at the same byte, one is accepted. The last piece is counted in the transaction that
//! creates the image, so that each complete upload creates exactly one image.

mod handlers;
mod operations;
mod queries;
mod resumable;

pub(super) use handlers::routes;
pub(super) use operations::sweep;
pub(crate) use queries::forget_expired;
