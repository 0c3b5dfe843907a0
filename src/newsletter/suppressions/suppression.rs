//! A suppression: its row, its draft and its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::{Draft, Email, Kind, Selectable};
use crate::schema::suppressions;

/// The id of a suppression.
pub(crate) type SuppressionId = Id<Suppression>;

text_enum! {
    /// The reason for a suppression.
    pub(crate) enum SuppressionReason {
        /// The owner unsubscribed.
        Unsubscribed = "unsubscribed",
        /// Emails to the email address bounced.
        Bounced = "bounced",
        /// The owner reported an email as spam.
        Complained = "complained",
        /// An administrator blocked the email address.
        Blocked = "blocked",
    }
}

/// A suppression, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = suppressions)]
pub(crate) struct Suppression {
    pub(crate) id: SuppressionId,
    pub(crate) email_hash: String,
    pub(crate) reason: SuppressionReason,
    pub(crate) created_at: Timestamp,
}

/// An email address to suppress.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuppressionDraft {
    /// The email address.
    pub(super) email: Email,
    /// The reason for the suppression. `blocked` lasts until an administrator lifts it. For other reasons, the owner
    /// of the email address can end the suppression by subscribing again and confirming.
    #[serde(default = "blocked")]
    #[schema(default = "blocked")]
    pub(super) reason: SuppressionReason,
}

fn blocked() -> SuppressionReason {
    SuppressionReason::Blocked
}

impl Draft for SuppressionDraft {}

/// A suppression. The email address is stored only as a keyed hash.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SuppressionView {
    /// The id of the suppression.
    pub(super) id: SuppressionId,
    /// The reason for the suppression.
    pub(super) reason: SuppressionReason,
    /// The time when the suppression was created.
    pub(super) created_at: Timestamp,
}

impl Suppression {
    /// Returns the suppression as administrators see it.
    pub(super) fn view(&self) -> SuppressionView {
        SuppressionView { id: self.id, reason: self.reason, created_at: self.created_at }
    }
}

/// The filters and sort fields of the list of suppressions.
pub(super) static LISTING: Listing<suppressions::table, Suppression> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id suppressions::id), key: None, about: "The id." },
        Field {
            name: "reason",
            kind: Kind::Word(SuppressionReason::WORDS),
            ops: Op::CHOICE,
            column: column!(text suppressions::reason),
            key: None,
            about: "The reason for the suppression.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time suppressions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the suppression was created.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<SuppressionView>,
    id: column!(id suppressions::id),
    id_of: |row| row.id.to_string(),
};
