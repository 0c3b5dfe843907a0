//! The site as a whole: its name, its language, and the settings for front ends and comments.
//!
//! Invariants: there is at most one row; without it, the defaults apply; reading never creates it. Settings that other queries
//! need are also stored in columns of their own, written in the same statement.

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
