//! A tag: its row, its draft, its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::find_reference;
use crate::config::LinkConfig;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::{Draft, Kind, Name, Paragraph, Reference, ReferenceTo, Slug};
use crate::schema::tags;

/// The id of a tag.
pub(crate) type TagId = Id<Tag>;

/// A tag as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = tags, treat_none_as_null = true)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: Option<String>,
    /// Whether readers may know of it before an article with it is published.
    pub(crate) listed: bool,
    /// Only counting writes it, so that no edit brings an old count back.
    #[diesel(skip_update)]
    pub(crate) article_count: i32,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What is read of a tag to be shown with something else.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tags)]
pub(crate) struct Label {
    id: TagId,
    slug: String,
    name: String,
}

impl Label {
    /// What the other shows of it.
    pub(crate) fn card(self, links: &LinkConfig) -> TagCard {
        let Self { id, slug, name } = self;
        TagCard { url: links.tag(&slug), id, slug, name }
    }
}

/// What a tag may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagDraft {
    /// What it is called.
    #[schema(value_type = Name)]
    pub(crate) name: String,
    /// Its address; made from the name where absent.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// What it is about.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) description: Option<String>,
}

impl Draft for TagDraft {
    const DERIVED: &'static [&'static str] = &["/article_count", "/url"];
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
}

/// Which tag takes another over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagMerger {
    /// The tag that stays.
    #[schema(value_type = ReferenceTo)]
    pub(crate) into: TagId,
}

impl Draft for TagMerger {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/into", find: find_reference }];
}

/// A tag, where another resource shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TagCard {
    /// Its id.
    pub(crate) id: TagId,
    /// Its address.
    #[schema(example = "public-transport")]
    pub(crate) slug: String,
    /// What it is called.
    #[schema(example = "Public transport")]
    pub(crate) name: String,
    /// Its page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tags/public-transport")]
    pub(crate) url: String,
}

/// A tag.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TagView {
    /// Its id.
    pub(crate) id: TagId,
    /// Its address.
    #[schema(example = "public-transport")]
    pub(crate) slug: String,
    /// What it is called.
    #[schema(example = "Public transport")]
    pub(crate) name: String,
    /// What it is about.
    #[schema(example = "Buses, trams, trains and ferries.")]
    pub(crate) description: Option<String>,
    /// How many published articles it has.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
    /// Its page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tags/public-transport")]
    pub(crate) url: String,
}

impl Tag {
    /// A tag that nothing is known of yet.
    pub(super) fn blank(now: Timestamp) -> Self {
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

    /// What a draft makes of a tag, new or not; every member is taken over. Whoever writes a tag itself lists it.
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

    /// What readers see of it.
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

    /// What other resources show of it.
    pub(crate) fn card(&self, links: &LinkConfig) -> TagCard {
        Label { id: self.id, slug: self.slug.clone(), name: self.name.clone() }.card(links)
    }
}

/// What the list of tags can be asked.
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
            about: "The name, without regard to case and accents.",
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
    includes: &[],
    members: &["id", "slug", "name", "description", "article_count", "url"],
    id: column!(id tags::id),
    id_of: |row| row.id.to_string(),
};
