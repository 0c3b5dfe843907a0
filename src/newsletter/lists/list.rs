//! A list: its row, its draft and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::events::Tagged;
use crate::input::{Draft, Kind, Name, Paragraph, Selectable, Slug};
use crate::schema::newsletter_lists;

/// The id of a list.
pub(crate) type ListId = Id<NewsletterList>;

impl Tagged for NewsletterList {
    const KIND: &'static str = "newsletter_list";
}

/// A list, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = newsletter_lists, treat_none_as_null = true)]
pub(crate) struct NewsletterList {
    pub(crate) id: ListId,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: Option<String>,
    pub(crate) is_public: bool,
    pub(crate) is_default: bool,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A new or changed list, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewsletterListDraft)]
pub(crate) struct ListDraft {
    /// The key that front ends and import files use to name the list.
    #[schema(value_type = Slug, example = "daily")]
    pub(crate) key: String,
    /// The name of the list.
    #[schema(value_type = Name, example = "The daily briefing")]
    pub(crate) name: String,
    /// A description for readers: the content of the newsletter, and how often it is sent.
    #[schema(value_type = Option<Paragraph>, example = "Every morning at six, five stories.")]
    pub(crate) description: Option<String>,
    /// Whether readers can see and choose the list.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) is_public: bool,
    /// Whether readers who choose no list are subscribed to this one. The member has an effect only if the list is public.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) is_default: bool,
}

fn yes() -> bool {
    true
}

impl Draft for ListDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
}

/// A list, as it appears in a subscriber.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NewsletterListCard)]
pub(crate) struct ListCard {
    /// The id of the list.
    pub(crate) id: ListId,
    /// The key that front ends and import files use to name the list.
    #[schema(example = "daily")]
    pub(crate) key: String,
    /// The name of the list.
    #[schema(example = "The daily briefing")]
    pub(crate) name: String,
}

/// A newsletter list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NewsletterListView)]
pub(crate) struct ListView {
    #[serde(flatten)]
    pub(crate) card: ListCard,
    /// A description for readers: the content of the newsletter, and how often it is sent.
    #[schema(example = "Every morning at six, five stories.")]
    pub(crate) description: Option<String>,
    /// Whether readers can see and choose the list.
    pub(crate) is_public: bool,
    /// Whether readers who choose no list are subscribed to this one.
    pub(crate) is_default: bool,
}

impl NewsletterList {
    /// Creates an empty list.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            key: String::new(),
            name: String::new(),
            name_key: String::new(),
            description: None,
            is_public: true,
            is_default: false,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Applies a draft to a new or an existing list.
    pub(super) fn revise(&mut self, draft: ListDraft, now: Timestamp) {
        let ListDraft { key, name, description, is_public, is_default } = draft;
        self.key = key;
        self.name_key = fold(&name);
        self.name = name;
        self.description = description;
        self.is_public = is_public;
        self.is_default = is_default;
        self.version += 1;
        self.updated_at = now;
    }

    /// Returns the list as it appears in a subscriber.
    pub(in crate::newsletter) fn card(&self) -> ListCard {
        ListCard { id: self.id, key: self.key.clone(), name: self.name.clone() }
    }

    /// Returns the list as readers and editors see it.
    pub(in crate::newsletter) fn view(&self) -> ListView {
        ListView { card: self.card(), description: self.description.clone(), is_public: self.is_public, is_default: self.is_default }
    }
}

/// The filters and sort fields of the list of newsletter lists.
pub(super) static LISTING: Listing<newsletter_lists::table, NewsletterList> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id newsletter_lists::id), key: None, about: "The id." },
        Field {
            name: "key",
            kind: Kind::Reference,
            ops: Op::CHOICE,
            column: column!(text newsletter_lists::key),
            key: None,
            about: "The key.",
        },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text newsletter_lists::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
    ],
    default_sort: "name",
    members: Selectable::of::<ListView>,
    id: column!(id newsletter_lists::id),
    id_of: |row| row.id.to_string(),
};
