//! The site as a whole: its name, its language, what front ends and comments need to know of it.
//!
//! Invariants: there is one row at most, and where there is none, the defaults hold; a read never makes it.
//! What other queries ask of the settings stands in columns of its own beside them, written in the same statement.

mod handlers;
mod operations;
mod queries;
mod settings;
mod social;
mod view;

pub(crate) use handlers::routes;
pub(crate) use operations::{address_zone, read, revise, zone};
pub(crate) use queries::settings;
pub(crate) use settings::{Closing, CommentMode, CommentPolicy, SiteSettings};
pub(crate) use social::{SocialLink, refuse_strange_links};
pub(crate) use view::SiteView;
