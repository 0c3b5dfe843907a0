//! A section: its row, its draft, its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::find_reference;
use crate::config::LinkConfig;
use crate::db::{Column, Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::{Draft, Kind, Name, Paragraph, Reference, ReferenceTo, Slug};
use crate::schema::sections;

/// The id of a section.
pub(crate) type SectionId = Id<Section>;

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
    /// Only counting writes it, so that no edit brings an old count back.
    #[diesel(skip_update)]
    pub(crate) article_count: i32,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What a section may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionDraft {
    /// What it is called.
    #[schema(value_type = Name)]
    pub(crate) name: String,
    /// Its address; made from the name where absent.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// What it is about.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) description: Option<String>,
    /// The section that it lies within.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) parent: Option<Id<Section>>,
    /// Where it stands among its siblings.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000, default = 0)]
    pub(crate) position: i32,
}

impl Draft for SectionDraft {
    const DERIVED: &'static [&'static str] = &["/article_count", "/url"];
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/parent", find: find_reference }];
}

/// Which section takes another over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionMerger {
    /// The section that stays.
    #[schema(value_type = ReferenceTo)]
    pub(crate) into: SectionId,
}

impl Draft for SectionMerger {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/into", find: find_reference }];
}

/// A section, where another resource shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SectionCard {
    /// Its id.
    pub(crate) id: SectionId,
    /// Its address.
    #[schema(example = "city")]
    pub(crate) slug: String,
    /// What it is called.
    #[schema(example = "City")]
    pub(crate) name: String,
    /// Its page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/sections/city")]
    pub(crate) url: String,
}

/// A section.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SectionView {
    /// Its id.
    pub(crate) id: SectionId,
    /// Its address.
    #[schema(example = "city")]
    pub(crate) slug: String,
    /// What it is called.
    #[schema(example = "City")]
    pub(crate) name: String,
    /// What it is about.
    #[schema(example = "What happens between the river and the ring road.")]
    pub(crate) description: Option<String>,
    /// The section that it lies within.
    pub(crate) parent: Option<SectionCard>,
    /// Where it stands among its siblings.
    #[schema(example = 1)]
    pub(crate) position: i32,
    /// How many published articles it has.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
    /// Its page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/sections/city")]
    pub(crate) url: String,
}

impl Section {
    /// What a draft makes of a section, new or not; every member is taken over.
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

    /// A section that nothing is known of yet.
    pub(super) fn blank(now: Timestamp) -> Self {
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

    /// What readers see of it.
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

    /// What other resources show of it.
    pub(crate) fn card(&self, links: &LinkConfig) -> SectionCard {
        SectionCard { id: self.id, slug: self.slug.clone(), name: self.name.clone(), url: links.section(&self.slug) }
    }
}

/// What the list of sections can be asked.
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
            about: "The name, without regard to case and accents.",
        },
        Field {
            name: "parent",
            kind: Kind::Reference,
            ops: Op::OPTIONAL_CHOICE,
            column: Column { compare: super::queries::parent_is, order: None },
            key: None,
            about: "The section that it lies within, by id or slug.",
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
    includes: &[],
    members: &["id", "slug", "name", "description", "parent", "position", "article_count", "url"],
    id: column!(id sections::id),
    id_of: |row| row.id.to_string(),
};
