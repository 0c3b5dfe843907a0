//! How articles are sorted: sections and tags.

mod sections;
mod tags;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use sections::{
    Section, SectionCard, SectionDraft, cards as section_cards, create as create_section, find_reference as find_section,
    recount as recount_sections,
};
pub(crate) use tags::{
    Tag, TagCard, TagDraft, could_be as could_be_tag, find_or_create as find_or_create_tag, meant as tag_meant, recount as recount_tags,
};

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(sections::routes).configure(tags::routes);
}
