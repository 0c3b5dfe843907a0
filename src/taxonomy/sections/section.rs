//! A section: its row, its draft and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::find_reference;
use crate::config::LinkConfig;
use crate::db::{Column, Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::events::Tagged;
use crate::input::{Draft, Kind, Name, Paragraph, Reference, ReferenceTo, Selectable, Slug};
use crate::schema::sections;

/// The id of a section.
pub(crate) type SectionId = Id<Section>;

impl Tagged for Section {
    const KIND: &'static str = "section";
}

/// A section as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = sections, treat_none_as_null = true)]
pub(crate) struct Section {
    pub(crate) id: Id<Section>,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: Option<String>,
    pub(crate) parent_id: Option<Id<Section>>,
    pub(crate) position: i32,
    /// The number of published articles. Only counting writes it, so that no edit restores an old count.
    #[diesel(skip_update)]
    pub(crate) article_count: i32,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The content of a section, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionDraft {
    /// The name.
    #[schema(value_type = Name)]
    pub(crate) name: String,
    /// The slug: the section's name in URLs. Derived from the name if absent.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// A description for readers.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) description: Option<String>,
    /// The parent section, by id or slug.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) parent: Option<Id<Section>>,
    /// The position among the sections with the same parent; lower comes first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000, default = 0)]
    pub(crate) position: i32,
}

impl Draft for SectionDraft {
    const DERIVED: &'static [&'static str] = &["/article_count", "/url"];
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/parent", find: find_reference }];
}

/// The target of a merge.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionMerger {
    /// The section that takes over everything, by id or slug. It remains; the other is deleted.
    #[schema(value_type = ReferenceTo)]
    pub(crate) into: SectionId,
}

impl Draft for SectionMerger {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/into", find: find_reference }];
}

/// A section, as embedded in other resources.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SectionCard {
    /// The section's id.
    pub(crate) id: SectionId,
    /// The slug: the section's name in URLs.
    #[schema(example = "city")]
    pub(crate) slug: String,
    /// The section's name.
    #[schema(example = "City")]
    pub(crate) name: String,
    /// The URL of the section's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/sections/city")]
    pub(crate) url: String,
}

/// A section.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SectionView {
    /// The section's id.
    pub(crate) id: SectionId,
    /// The slug: the section's name in URLs.
    #[schema(example = "city")]
    pub(crate) slug: String,
    /// The section's name.
    #[schema(example = "City")]
    pub(crate) name: String,
    /// A description for readers.
    #[schema(example = "What happens between the river and the ring road.")]
    pub(crate) description: Option<String>,
    /// The parent section; `null` for a top-level section.
    pub(crate) parent: Option<SectionCard>,
    /// The position among the sections with the same parent; lower comes first.
    #[schema(example = 1)]
    pub(crate) position: i32,
    /// The number of published articles in the section itself.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
    /// The URL of the section's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/sections/city")]
    pub(crate) url: String,
}

impl Section {
    /// Applies a draft to a section, new or not; every member is replaced.
    pub(super) fn revise(&mut self, draft: SectionDraft, slug: String, now: Timestamp) {
        let SectionDraft { name, slug: _, description, parent, position } = draft;
        self.name_key = fold(&name);
        self.name = name;
        self.slug = slug;
        self.description = description;
        self.parent_id = parent;
        self.position = position;
        self.version += 1;
        self.updated_at = now;
    }

    /// Returns a new section without content.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            slug: String::new(),
            name: String::new(),
            name_key: String::new(),
            description: None,
            parent_id: None,
            position: 0,
            article_count: 0,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Returns the view of the section.
    pub(super) fn view(&self, links: &LinkConfig, parent: Option<SectionCard>) -> SectionView {
        SectionView {
            id: self.id,
            slug: self.slug.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            parent,
            position: self.position,
            article_count: self.article_count,
            url: links.section(&self.slug),
        }
    }

    /// Returns the card of the section.
    pub(crate) fn card(&self, links: &LinkConfig) -> SectionCard {
        SectionCard { id: self.id, slug: self.slug.clone(), name: self.name.clone(), url: links.section(&self.slug) }
    }
}

/// The fields of the list of sections.
pub(super) static LISTING: Listing<sections::table, Section> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id sections::id), key: None, about: "The id." },
        Field { name: "slug", kind: Kind::Reference, ops: Op::CHOICE, column: column!(text sections::slug), key: None, about: "The slug." },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text sections::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
        Field {
            name: "parent",
            kind: Kind::Reference,
            ops: Op::OPTIONAL_CHOICE,
            column: Column { compare: super::queries::parent_is, order: None },
            key: None,
            about: "The parent section, by id or slug.",
        },
        Field {
            name: "position",
            kind: Kind::Int,
            ops: &[],
            column: column!(int sections::position),
            key: Some(|row| Key::Int(row.position.into())),
            about: "The position.",
        },
        Field {
            name: "article_count",
            kind: Kind::Int,
            ops: &[],
            column: column!(int sections::article_count),
            key: Some(|row| Key::Int(row.article_count.into())),
            about: "The number of published articles.",
        },
    ],
    default_sort: "position",
    members: Selectable::of::<SectionView>,
    id: column!(id sections::id),
    id_of: |row| row.id.to_string(),
};
