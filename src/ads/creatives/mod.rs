//! Creatives: the ads in placements, with their audience and period.

mod creative;
mod handlers;
mod operations;
mod queries;
mod rules;
mod view;

pub(crate) use creative::CreativeDraft;
pub(super) use creative::{AdKind, Creative, CreativeId};
pub(super) use handlers::routes;
pub(crate) use operations::create;
pub(super) use queries::{find, of_placements, section_ids};
pub(super) use rules::Attributes;
