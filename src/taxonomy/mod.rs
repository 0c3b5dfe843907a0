//! The classification of articles: sections and tags.

mod sections;
mod tags;

pub(crate) use sections::{
    Section, SectionCard, SectionDraft, SectionView, cards as section_cards, count as count_sections, create as create_section,
    find_reference as find_section, first as first_sections, last_change as last_section_change, read as read_section,
    slugs as section_slugs,
};
pub(crate) use tags::{
    Label, Tag, TagCard, TagDraft, TagView, could_be as could_be_tag, count as count_tags, find_or_create as find_or_create_tag,
    last_change as last_tag_change, meant as tag_meant, read as read_tag, slugs as tag_slugs,
};

use crate::http::Mount;

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.configure(sections::routes).configure(tags::routes);
}
