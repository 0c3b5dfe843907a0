//! A revision: its row without the content, what lists show of it, and what lists can be asked.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::desk::referents::Missing;
use super::content::RevisionContent;
use crate::db::{Column, Field, Id, Key, Listing, Op, Predicate, Timestamp, column};
use crate::input::Kind;
use crate::schema::revisions;
use crate::users::{User, UserId};

/// A save, without what was saved.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub(crate) struct Save {
    pub(crate) number: i32,
    pub(crate) note: Option<String>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) created_at: Timestamp,
}

/// Who saved it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RevisionAuthor)]
pub(crate) struct Saver {
    /// The account's id.
    pub(crate) id: UserId,
    /// What they are called.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
}

/// A save, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionCard {
    /// Its number among the saves of the article; the first is 1.
    #[schema(minimum = 1, example = 5)]
    pub(crate) number: i32,
    /// What was said of it when it was saved.
    #[schema(example = "After the call with the mayor's office")]
    pub(crate) note: Option<String>,
    /// Who saved it; null where the account is no longer there.
    pub(crate) created_by: Option<Saver>,
    /// When it was saved.
    pub(crate) created_at: Timestamp,
    /// Whether it is the working copy's content.
    pub(crate) current: bool,
    /// Whether it is what readers get.
    pub(crate) published: bool,
}

/// A save, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionView {
    /// All but the content.
    #[serde(flatten)]
    pub(crate) card: RevisionCard,
    /// What was saved, in the members of the editor view, so that it can be sent with `PUT`.
    pub(crate) content: RevisionContent,
    /// What the save named that is no longer there, and that `content` therefore lacks.
    pub(crate) missing: Vec<Missing>,
}

static NUMBER: Column<revisions::table> = column!(int revisions::number);

/// Numbers break ties as ids do elsewhere; a cursor keeps them as text.
fn compare_number(op: Op, keys: &[Key]) -> Predicate<revisions::table> {
    let numbers: Vec<Key> = keys.iter().map(|key| Key::Int(key.text().parse().unwrap_or_default())).collect();
    (NUMBER.compare)(op, &numbers)
}

/// What the list of revisions can be asked.
pub(super) static LISTING: Listing<revisions::table, Save> = Listing {
    fields: &[
        Field {
            name: "number",
            kind: Kind::Int,
            ops: Op::ORDER,
            column: column!(int revisions::number),
            key: Some(|row| Key::Int(row.number.into())),
            about: "The number.",
        },
        Field {
            name: "created_by",
            kind: Kind::Id,
            ops: Op::OPTIONAL_CHOICE,
            column: column!(optional id revisions::created_by),
            key: None,
            about: "Who saved it.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time revisions::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was saved.",
        },
    ],
    default_sort: "-number",
    includes: &[],
    members: &["number", "note", "created_by", "created_at", "current", "published"],
    id: Column { compare: compare_number, order: NUMBER.order },
    id_of: |row| row.number.to_string(),
};
