//! Authors: the public profiles that sign articles; an account may have one.
//!
//! Invariants: a profile that came with an account is in no public answer before an article by it is published or somebody
//! saves it; an account has one profile at most, and only administrators say whose it is; the bio's HTML is made when
//! it is saved, from its Markdown.

mod author;
mod handlers;
mod listing;
mod operations;
mod queries;
mod view;

pub(crate) use author::{Author, AuthorDraft};
pub(crate) use handlers::routes;
pub(crate) use operations::{create, profiles, provide, read, remove_unused};
pub(crate) use queries::{count, find_reference, last_change, make_public, slugs};
pub(crate) use view::{AuthorCard, AuthorView, Byline};
