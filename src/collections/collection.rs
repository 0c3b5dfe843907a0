//! A collection: its row, its draft and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::articles::{self, ArticleCard, ArticleId};
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::events::Tagged;
use crate::input::{Draft, Kind, Reference, ReferenceTo, Selectable, Slug, Title};
use crate::schema::collections;

/// The id of a collection.
pub(crate) type CollectionId = Id<Collection>;

impl Tagged for Collection {
    const KIND: &'static str = "collection";
}

/// A collection as it is stored, without its items.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = collections, treat_none_as_null = true)]
pub(crate) struct Collection {
    pub(crate) id: CollectionId,
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The content of a collection, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionDraft {
    /// The unique key by which front ends request the collection.
    #[schema(value_type = Slug, example = "front-page")]
    pub(crate) key: String,
    /// The title.
    #[schema(value_type = Title, example = "Front page")]
    pub(crate) title: String,
    /// The articles by id or slug, published or not, in order; each at most once.
    #[serde(default)]
    #[schema(value_type = Vec<ReferenceTo>, max_items = 100)]
    pub(crate) items: Vec<ArticleId>,
}

impl Draft for CollectionDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/items/*", find: articles::find_reference }];
}

/// A collection, as shown in lists.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionCard {
    /// The collection's id.
    pub(crate) id: CollectionId,
    /// The unique key by which front ends request the collection.
    #[schema(example = "front-page")]
    pub(crate) key: String,
    /// The title.
    #[schema(example = "Front page")]
    pub(crate) title: String,
}

/// A collection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionView {
    #[serde(flatten)]
    pub(crate) card: CollectionCard,
    /// The published articles of the collection, in order.
    pub(crate) items: Vec<ArticleCard>,
}

/// A collection, as editors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionEditorView {
    #[serde(flatten)]
    pub(crate) card: CollectionCard,
    /// The ids of all articles of the collection, published or not, in order.
    pub(crate) items: Vec<ArticleId>,
}

impl Collection {
    /// Returns a new collection without content.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { id: Id::new(now), key: String::new(), title: String::new(), version: 0, created_at: now, updated_at: now }
    }

    /// Applies a draft to a collection, new or not; returns the items, which the caller must store.
    pub(super) fn revise(&mut self, draft: CollectionDraft, now: Timestamp) -> Vec<ArticleId> {
        let CollectionDraft { key, title, items } = draft;
        self.key = key;
        self.title = title;
        self.version += 1;
        self.updated_at = now;
        items
    }

    /// Returns the card of the collection.
    pub(super) fn card(&self) -> CollectionCard {
        CollectionCard { id: self.id, key: self.key.clone(), title: self.title.clone() }
    }
}

/// The fields of the list of collections.
pub(super) static LISTING: Listing<collections::table, Collection> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id collections::id), key: None, about: "The id." },
        Field {
            name: "key",
            kind: Kind::Reference,
            ops: Op::CHOICE,
            column: column!(text collections::key),
            key: Some(|row| Key::Text(row.key.clone())),
            about: "The key.",
        },
    ],
    default_sort: "key",
    members: Selectable::of::<CollectionCard>,
    id: column!(id collections::id),
    id_of: |row| row.id.to_string(),
};
