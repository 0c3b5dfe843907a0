//! A tag: its row, its draft and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::find_reference;
use crate::config::LinkConfig;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::events::Tagged;
use crate::input::{Draft, Kind, Name, Paragraph, Reference, ReferenceTo, Selectable, Slug};
use crate::schema::tags;

/// The id of a tag.
pub(crate) type TagId = Id<Tag>;

impl Tagged for Tag {
    const KIND: &'static str = "tag";
}

/// A tag as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = tags, treat_none_as_null = true)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: Option<String>,
    /// Whether the tag is public even if no published article has it.
    pub(crate) listed: bool,
    /// The number of published articles. Only counting changes it, so that no edit restores an old number.
    #[diesel(skip_update)]
    pub(crate) article_count: i32,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The columns of a tag that other resources show.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tags)]
pub(crate) struct Label {
    id: TagId,
    slug: String,
    name: String,
}

impl Label {
    /// Returns the card of the tag.
    pub(crate) fn card(self, links: &LinkConfig) -> TagCard {
        let Self { id, slug, name } = self;
        TagCard { url: links.tag(&slug), id, slug, name }
    }
}

/// The content of a tag, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagDraft {
    /// The name.
    #[schema(value_type = Name)]
    pub(crate) name: String,
    /// The slug: the tag's name in URLs. If it is absent, it is derived from the name.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// A description for readers.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) description: Option<String>,
}

impl Draft for TagDraft {
    const DERIVED: &'static [&'static str] = &["/article_count", "/url"];
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
}

/// The target of a merge.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagMerger {
    /// The tag that takes over all articles, by id, name or slug. This tag remains; the other tag is deleted.
    #[schema(value_type = ReferenceTo)]
    pub(crate) into: TagId,
}

impl Draft for TagMerger {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/into", find: find_reference }];
}

/// A tag, as embedded in other resources.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TagCard {
    /// The tag's id.
    pub(crate) id: TagId,
    /// The slug: the tag's name in URLs.
    #[schema(example = "public-transport")]
    pub(crate) slug: String,
    /// The tag's name.
    #[schema(example = "Public transport")]
    pub(crate) name: String,
    /// The URL of the tag's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tags/public-transport")]
    pub(crate) url: String,
}

/// A tag.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TagView {
    /// The tag's id.
    pub(crate) id: TagId,
    /// The slug: the tag's name in URLs.
    #[schema(example = "public-transport")]
    pub(crate) slug: String,
    /// The tag's name.
    #[schema(example = "Public transport")]
    pub(crate) name: String,
    /// A description for readers.
    #[schema(example = "Buses, trams, trains and ferries.")]
    pub(crate) description: Option<String>,
    /// The number of published articles with the tag.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
    /// The URL of the tag's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tags/public-transport")]
    pub(crate) url: String,
}

impl Tag {
    /// Returns a new tag without content.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            slug: String::new(),
            name: String::new(),
            name_key: String::new(),
            description: None,
            listed: false,
            article_count: 0,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Applies a draft to a new or an existing tag: every member is replaced, and the tag becomes listed.
    pub(super) fn revise(&mut self, draft: TagDraft, slug: String, now: Timestamp) {
        let TagDraft { name, slug: _, description } = draft;
        self.name_key = fold(&name);
        self.name = name;
        self.slug = slug;
        self.description = description;
        self.listed = true;
        self.version += 1;
        self.updated_at = now;
    }

    /// Returns the view of the tag.
    pub(super) fn view(&self, links: &LinkConfig) -> TagView {
        TagView {
            id: self.id,
            slug: self.slug.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            article_count: self.article_count,
            url: links.tag(&self.slug),
        }
    }

    /// Returns the card of the tag.
    pub(crate) fn card(&self, links: &LinkConfig) -> TagCard {
        Label { id: self.id, slug: self.slug.clone(), name: self.name.clone() }.card(links)
    }
}

/// The fields of the list of tags.
pub(super) static LISTING: Listing<tags::table, Tag> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id tags::id), key: None, about: "The id." },
        Field { name: "slug", kind: Kind::Reference, ops: Op::CHOICE, column: column!(text tags::slug), key: None, about: "The slug." },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text tags::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
        Field {
            name: "article_count",
            kind: Kind::Int,
            ops: &[],
            column: column!(int tags::article_count),
            key: Some(|row| Key::Int(row.article_count.into())),
            about: "The number of published articles.",
        },
    ],
    default_sort: "name",
    members: Selectable::of::<TagView>,
    id: column!(id tags::id),
    id_of: |row| row.id.to_string(),
};
