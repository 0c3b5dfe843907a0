//! The ads that readers see in a placement: the creatives that match the section, the language and the time.

mod handlers;
mod operations;
mod queries;
mod view;

pub(super) use handlers::routes;
pub(crate) use operations::{AdsByPlace, Audience, all_shown};
