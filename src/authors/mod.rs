//! Authors: the public profiles in bylines; an account has at most one.
//!
//! Invariants: a profile that was created with its account is in no public response until an article with this author is published
//! or a user saves the profile; an account has at most one profile, and only admins may assign it; the biography's HTML is rendered
//! from its Markdown when the profile is saved.

mod author;
mod handlers;
mod listing;
mod operations;
mod queries;
mod view;

pub(crate) use author::{Author, AuthorDraft, AuthorId};
pub(crate) use handlers::routes;
pub(crate) use operations::{create, profiles, provide, read, remove_unused};
pub(crate) use queries::{count, find_reference, last_change, make_public, slugs};
pub(crate) use view::{AuthorCard, AuthorView, Byline};
