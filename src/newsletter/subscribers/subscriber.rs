//! A subscriber: the row, what editors see of it, and what the list of them can be asked.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Column, Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::Kind;
use crate::newsletter::lists::ListCard;
use crate::schema::subscribers;

/// The id of a subscriber.
pub(crate) type SubscriberId = Id<Subscriber>;

text_enum! {
    /// Where somebody stands.
    pub(crate) enum SubscriberStatus {
        /// The address was given; its owner has not confirmed it.
        Pending = "pending",
        /// They get what they chose.
        Confirmed = "confirmed",
        /// They left.
        Unsubscribed = "unsubscribed",
        /// Their address is not written to.
        Suppressed = "suppressed",
    }
}

/// A subscriber as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = subscribers, treat_none_as_null = true)]
pub(crate) struct Subscriber {
    pub(crate) id: SubscriberId,
    pub(crate) email: String,
    pub(crate) email_hash: String,
    pub(crate) name: Option<String>,
    pub(crate) status: SubscriberStatus,
    /// How they agreed, where a file said so.
    pub(crate) consent: Option<String>,
    pub(crate) consented_at: Option<Timestamp>,
    pub(crate) confirmed_at: Option<Timestamp>,
    pub(crate) unsubscribed_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A subscriber, as editors see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SubscriberView {
    /// The id.
    pub(super) id: SubscriberId,
    /// The address.
    #[schema(example = "mara@example.org")]
    pub(super) email: String,
    /// What they are called, where they said so.
    #[schema(example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// Where they stand.
    pub(super) status: SubscriberStatus,
    /// The lists that they are on, by name.
    pub(super) lists: Vec<ListCard>,
    /// How they agreed, where they came with a file.
    #[schema(example = "Signed up on paper at the summer fair.")]
    pub(super) consent: Option<String>,
    /// When they agreed, where a file said so.
    pub(super) consented_at: Option<Timestamp>,
    /// When they confirmed the address, or a file with their consent was read.
    pub(super) confirmed_at: Option<Timestamp>,
    /// When they left; null where they came back.
    pub(super) unsubscribed_at: Option<Timestamp>,
    /// When the address was first given.
    pub(super) created_at: Timestamp,
    /// When any of this last changed.
    pub(super) updated_at: Timestamp,
}

impl Subscriber {
    /// Somebody whose address was given, and who has confirmed nothing.
    pub(super) fn pending(email: String, email_hash: String, now: Timestamp) -> Self {
        Self {
            id: Id::next(now),
            email,
            email_hash,
            name: None,
            status: SubscriberStatus::Pending,
            consent: None,
            consented_at: None,
            confirmed_at: None,
            unsubscribed_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// What editors see of them.
    pub(super) fn view(self, lists: Vec<ListCard>) -> SubscriberView {
        let Self { id, email, email_hash: _, name, status, consent, consented_at, confirmed_at, unsubscribed_at, created_at, updated_at } =
            self;
        SubscriberView { id, email, name, status, lists, consent, consented_at, confirmed_at, unsubscribed_at, created_at, updated_at }
    }
}

/// What the list of subscribers can be asked.
pub(super) static LISTING: Listing<subscribers::table, Subscriber> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id subscribers::id), key: None, about: "The id." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text subscribers::email),
            key: None,
            about: "The address, in lower case.",
        },
        Field {
            name: "status",
            kind: Kind::Word(SubscriberStatus::WORDS),
            ops: Op::CHOICE,
            column: column!(text subscribers::status),
            key: None,
            about: "Where they stand.",
        },
        Field {
            name: "list",
            kind: Kind::Reference,
            ops: Op::MEMBER,
            column: Column { compare: super::queries::is_on, order: None },
            key: None,
            about: "A list that they are on, by id or key.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time subscribers::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When the address was first given.",
        },
        Field {
            name: "confirmed_at",
            kind: Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time subscribers::confirmed_at),
            key: None,
            about: "When they confirmed the address.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &[
        "id",
        "email",
        "name",
        "status",
        "lists",
        "consent",
        "consented_at",
        "confirmed_at",
        "unsubscribed_at",
        "created_at",
        "updated_at",
    ],
    id: column!(id subscribers::id),
    id_of: |row| row.id.to_string(),
};
