//! How articles are sorted: sections, tags and collections.

mod sections;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use sections::{
    Section, SectionCard, SectionDraft, cards as section_cards, find_reference as find_section, recount as recount_sections,
};

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(sections::routes);
}
