//! A subscriber: the row, the editors' view, and the fields of the list.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Column, Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::{Kind, Selectable};
use crate::newsletter::lists::ListCard;
use crate::schema::subscribers;

/// The id of a subscriber.
pub(crate) type SubscriberId = Id<Subscriber>;

text_enum! {
    /// The status of a subscription.
    pub(crate) enum SubscriberStatus {
        /// The email address is not confirmed yet.
        Pending = "pending",
        /// The subscriber gets the chosen lists.
        Confirmed = "confirmed",
        /// The subscriber has unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The email address is suppressed and gets no email.
        Suppressed = "suppressed",
    }
}

/// A subscriber, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = subscribers, treat_none_as_null = true)]
pub(crate) struct Subscriber {
    pub(crate) id: SubscriberId,
    pub(crate) email: String,
    pub(crate) email_hash: String,
    pub(crate) name: Option<String>,
    pub(crate) status: SubscriberStatus,
    /// The description of how the person agreed, if the subscriber was imported.
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
    /// The id of the subscriber.
    pub(super) id: SubscriberId,
    /// The email address of the subscriber.
    #[schema(example = "mara@example.org")]
    pub(super) email: String,
    /// The name of the subscriber, if known.
    #[schema(example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The status of the subscription.
    pub(super) status: SubscriberStatus,
    /// The lists that the subscriber is on, by name.
    pub(super) lists: Vec<ListCard>,
    /// The description of how the person agreed, if the subscriber was imported.
    #[schema(example = "Signed up on paper at the summer fair.")]
    pub(super) consent: Option<String>,
    /// The time when the person agreed, if the imported file states it.
    pub(super) consented_at: Option<Timestamp>,
    /// The time when the email address was confirmed, or when a file with the person's consent was imported.
    pub(super) confirmed_at: Option<Timestamp>,
    /// The time when the subscriber unsubscribed; `null` if they subscribed again.
    pub(super) unsubscribed_at: Option<Timestamp>,
    /// The time when the email address was first entered.
    pub(super) created_at: Timestamp,
    /// The time of the last change.
    pub(super) updated_at: Timestamp,
}

impl Subscriber {
    /// Creates a pending subscriber.
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

    /// Returns the subscriber as editors see them.
    pub(super) fn view(self, lists: Vec<ListCard>) -> SubscriberView {
        let Self { id, email, email_hash: _, name, status, consent, consented_at, confirmed_at, unsubscribed_at, created_at, updated_at } =
            self;
        SubscriberView { id, email, name, status, lists, consent, consented_at, confirmed_at, unsubscribed_at, created_at, updated_at }
    }
}

/// The filters and sort fields of the list of subscribers.
pub(super) static LISTING: Listing<subscribers::table, Subscriber> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id subscribers::id), key: None, about: "The id." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text subscribers::email),
            key: None,
            about: "The email address, regardless of case.",
        },
        Field {
            name: "status",
            kind: Kind::Word(SubscriberStatus::WORDS),
            ops: Op::CHOICE,
            column: column!(text subscribers::status),
            key: None,
            about: "The status of the subscription.",
        },
        Field {
            name: "list",
            kind: Kind::Reference,
            ops: Op::MEMBER,
            column: Column { compare: super::queries::is_on, order: None },
            key: None,
            about: "A list that the subscriber is on, by id or key.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time subscribers::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the email address was first entered.",
        },
        Field {
            name: "confirmed_at",
            kind: Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time subscribers::confirmed_at),
            key: None,
            about: "The time when the email address was confirmed.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<SubscriberView>,
    id: column!(id subscribers::id),
    id_of: |row| row.id.to_string(),
};
