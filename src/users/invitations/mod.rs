//! Invitations: future accounts of people who choose their own password.
//!
//! Invariants: an email address has at most one invitation. An invitation can be accepted once, within seven days,
//! while its creator is an active administrator. The token of an invitation is only in the email.

mod handlers;
mod invitation;
mod operations;
mod queries;

pub(super) use handlers::routes;
pub(super) use invitation::InvitationId;
pub(crate) use invitation::{Invitation, InvitationView};
pub(super) use operations::renewed;
pub(crate) use operations::{erase_by_email, read_by_email};
pub(super) use queries::forget_expired;
