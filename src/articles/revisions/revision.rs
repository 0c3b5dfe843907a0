//! A revision: its row without the content, its views, and its list.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::desk::referents::Missing;
use super::content::RevisionContent;
use crate::db::{Column, Field, Id, Key, Listing, Op, Predicate, Timestamp, column};
use crate::input::{Kind, Selectable};
use crate::schema::revisions;
use crate::users::{User, UserId};

/// A revision without its content.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub(crate) struct Save {
    pub(crate) number: i32,
    pub(crate) note: Option<String>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) created_at: Timestamp,
}

/// The user who saved a revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RevisionAuthor)]
pub(crate) struct Saver {
    /// The id of the account.
    pub(crate) id: UserId,
    /// The name of the user.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
}

/// A revision, without its content.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionCard {
    /// The number of the revision of this article; the first is 1.
    #[schema(minimum = 1, example = 5)]
    pub(crate) number: i32,
    /// The note of the user who saved the revision.
    #[schema(example = "After the call with the mayor's office")]
    pub(crate) note: Option<String>,
    /// The user who saved the revision; `null` if the account has been deleted.
    pub(crate) created_by: Option<Saver>,
    /// The time when the revision was saved.
    pub(crate) created_at: Timestamp,
    /// Whether the working copy has this content.
    pub(crate) current: bool,
    /// Whether the published version has this content.
    pub(crate) published: bool,
}

/// A whole revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionView {
    /// The revision, without its content.
    #[serde(flatten)]
    pub(crate) card: RevisionCard,
    /// The saved content, with the members of the editor view, so that it can be sent with `PUT`.
    pub(crate) content: RevisionContent,
    /// The references to resources that no longer exist; `content` lacks them.
    pub(crate) missing: Vec<Missing>,
}

static NUMBER: Column<revisions::table> = column!(int revisions::number);

/// Compares the numbers of revisions. The numbers break ties in the sort, as ids do in other lists, and cursors hold them as text.
fn compare_number(op: Op, keys: &[Key]) -> Predicate<revisions::table> {
    let numbers: Vec<Key> = keys.iter().map(|key| Key::Int(key.text().parse().unwrap_or_default())).collect();
    (NUMBER.compare)(op, &numbers)
}

/// The filters and sort fields of the list of revisions.
pub(super) static LISTING: Listing<revisions::table, Save> = Listing {
    fields: &[
        Field {
            name: "number",
            kind: Kind::Int,
            ops: Op::ORDER,
            column: column!(int revisions::number),
            key: Some(|row| Key::Int(row.number.into())),
            about: "The number of the revision.",
        },
        Field {
            name: "created_by",
            kind: Kind::Id,
            ops: Op::OPTIONAL_CHOICE,
            column: column!(optional id revisions::created_by),
            key: None,
            about: "The user who saved the revision, by id.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time revisions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the revision was saved.",
        },
    ],
    default_sort: "-number",
    members: Selectable::of::<RevisionCard>,
    id: Column { compare: compare_number, order: NUMBER.order },
    id_of: |row| row.number.to_string(),
};
