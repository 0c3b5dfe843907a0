//! Invitations: accounts to be, for people who choose their password themselves.
//!
//! Invariants: an address has one invitation at most; it is taken up once, for seven days, as long as whoever made it is
//! an administrator; its token is in the mail and nowhere else.

mod handlers;
mod invitation;
mod operations;
mod queries;

pub(super) use handlers::routes;
pub(super) use invitation::InvitationId;
pub(super) use operations::renewed;
pub(super) use queries::forget_expired;
