//! A collection: its row, its draft, its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::articles::{self, ArticleCard, ArticleId};
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::input::{Draft, Kind, Reference, ReferenceTo, Slug, Title};
use crate::schema::collections;

/// The id of a collection.
pub(crate) type CollectionId = Id<Collection>;

/// A collection as it is stored, but for its items.
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

/// What a collection may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionDraft {
    /// The word that front ends ask for it by.
    #[schema(value_type = Slug, example = "front-page")]
    pub(crate) key: String,
    /// What it is called.
    #[schema(value_type = Title, example = "Front page")]
    pub(crate) title: String,
    /// Its articles, published or not, in order; each once.
    #[serde(default)]
    #[schema(value_type = Vec<ReferenceTo>, max_items = 100)]
    pub(crate) items: Vec<ArticleId>,
}

impl Draft for CollectionDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/items/*", find: articles::find_reference }];
}

/// A collection, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionCard {
    /// Its id.
    pub(crate) id: CollectionId,
    /// The word that front ends ask for it by.
    #[schema(example = "front-page")]
    pub(crate) key: String,
    /// What it is called.
    #[schema(example = "Front page")]
    pub(crate) title: String,
}

/// A collection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionView {
    #[serde(flatten)]
    pub(crate) card: CollectionCard,
    /// Those of its articles that are published, in order.
    pub(crate) items: Vec<ArticleCard>,
}

/// A collection as editors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionEditorView {
    #[serde(flatten)]
    pub(crate) card: CollectionCard,
    /// All its articles, published or not, in order.
    pub(crate) items: Vec<ArticleId>,
}

impl Collection {
    /// A collection that nothing is known of yet.
    pub(super) fn blank(now: Timestamp) -> Self {
        Self { id: Id::new(now), key: String::new(), title: String::new(), version: 0, created_at: now, updated_at: now }
    }

    /// What a draft makes of a collection, new or not; its items are the caller's.
    pub(super) fn revise(&mut self, draft: CollectionDraft, now: Timestamp) -> Vec<ArticleId> {
        let CollectionDraft { key, title, items } = draft;
        self.key = key;
        self.title = title;
        self.version += 1;
        self.updated_at = now;
        items
    }

    /// What lists show of it.
    pub(super) fn card(&self) -> CollectionCard {
        CollectionCard { id: self.id, key: self.key.clone(), title: self.title.clone() }
    }
}

/// What the list of collections can be asked.
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
    includes: &[],
    members: &["id", "key", "title"],
    id: column!(id collections::id),
    id_of: |row| row.id.to_string(),
};
