//! A suppression: its row, its draft, its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::{Draft, Email, Kind};
use crate::schema::suppressions;

/// The id of a suppression.
pub(crate) type SuppressionId = Id<Suppression>;

text_enum! {
    /// Why an address is not written to.
    pub(crate) enum SuppressionReason {
        /// Its owner left.
        Unsubscribed = "unsubscribed",
        /// Mails to it came back.
        Bounced = "bounced",
        /// Its owner called a mail spam.
        Complained = "complained",
        /// Somebody here said so.
        Blocked = "blocked",
    }
}

/// A suppression as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = suppressions)]
pub(crate) struct Suppression {
    pub(crate) id: SuppressionId,
    pub(crate) email_hash: String,
    pub(crate) reason: SuppressionReason,
    pub(crate) created_at: Timestamp,
}

/// An address that is not to be written to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuppressionDraft {
    /// The address.
    pub(super) email: Email,
    /// Why. `blocked` lasts until an administrator lifts it; of the others, whoever has the address can free themselves, by
    /// subscribing anew and confirming it.
    #[serde(default = "blocked")]
    #[schema(default = "blocked")]
    pub(super) reason: SuppressionReason,
}

fn blocked() -> SuppressionReason {
    SuppressionReason::Blocked
}

impl Draft for SuppressionDraft {}

/// A suppression. The address is not kept, only what it can be recognised by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SuppressionView {
    /// Its id.
    pub(super) id: SuppressionId,
    /// Why the address is not written to.
    pub(super) reason: SuppressionReason,
    /// Since when.
    pub(super) created_at: Timestamp,
}

impl Suppression {
    /// What is shown of it.
    pub(super) fn view(&self) -> SuppressionView {
        SuppressionView { id: self.id, reason: self.reason, created_at: self.created_at }
    }
}

/// What the list of suppressions can be asked.
pub(super) static LISTING: Listing<suppressions::table, Suppression> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id suppressions::id), key: None, about: "The id." },
        Field {
            name: "reason",
            kind: Kind::Word(SuppressionReason::WORDS),
            ops: Op::CHOICE,
            column: column!(text suppressions::reason),
            key: None,
            about: "Why the address is not written to.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time suppressions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "Since when.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "reason", "created_at"],
    id: column!(id suppressions::id),
    id_of: |row| row.id.to_string(),
};
