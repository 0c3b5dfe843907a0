//! Authors: the public profiles that sign articles; an account may have one.
//!
//! Invariants: an account has one profile at most, and only administrators say whose it is; the bio's HTML is made when
//! it is saved, from its Markdown.

mod author;
mod handlers;
mod listing;
mod operations;
mod queries;
mod view;

pub(crate) use author::{Author, AuthorDraft};
pub(crate) use handlers::routes;
pub(crate) use operations::{create, profiles, read};
pub(crate) use queries::{count, find_reference, last_change, slugs};
pub(crate) use view::{AuthorCard, AuthorView, Byline};
