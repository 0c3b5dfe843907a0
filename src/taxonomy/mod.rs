//! How articles are sorted: sections, tags and collections.

mod collections;
mod sections;
mod tags;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use collections::{CollectionDraft, CollectionView, create as create_collection, read_collection};
pub(crate) use sections::{
    Section, SectionCard, SectionDraft, SectionId, SectionMerger, cards as section_cards, create as create_section,
    find_reference as find_section, recount as recount_sections,
};
pub(crate) use tags::{
    Tag, TagCard, TagDraft, TagId, TagMerger, cards as tag_cards, find_or_create as find_or_create_tag, find_reference as find_tag,
    recount as recount_tags,
};

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(sections::routes).configure(tags::routes).configure(collections::routes);
}
