//! An entry of the audit log: its row, its view, and the fields of the list.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::{Field, Id, Json, Key, Listing, Op, Timestamp, column};
use crate::events::Event;
use crate::input::{Kind, Selectable};
use crate::schema::events;

/// The id of an entry, which is the id of its event.
type EntryId = Id<Event>;

/// An event, as recorded.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub(super) struct Recorded {
    pub(super) id: EntryId,
    pub(super) at: Timestamp,
    pub(super) kind: String,
    pub(super) actor_id: Option<String>,
    pub(super) subject_kind: String,
    pub(super) subject_id: String,
    pub(super) details: Json<Value>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// The id of the entry.
    id: EntryId,
    /// The time of the event.
    at: Timestamp,
    /// The kind of the event.
    #[schema(example = "article.published")]
    kind: String,
    /// The user who caused the event; `null` for a guest, the server itself or its command line.
    actor: Option<Actor>,
    /// The resource that the event is about.
    subject: Subject,
    /// Further details of the event. They never contain a secret, an email address or a text.
    #[schema(value_type = Option<Object>)]
    details: Value,
}

/// The user who caused an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct Actor {
    /// The id of the user's account.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    id: String,
    /// The present name of the user; `null` if the account was deleted.
    #[schema(example = "Mara Lindt")]
    name: Option<String>,
}

/// The resource that an event is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditSubject)]
struct Subject {
    /// The kind of the resource.
    #[schema(example = "article")]
    kind: String,
    /// The id of the resource, which may no longer exist.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    id: String,
}

impl Recorded {
    /// Returns the entry as administrators see it, with the actor's present name.
    pub(super) fn view(self, name: Option<String>) -> AuditEntry {
        let Self { id, at, kind, actor_id, subject_kind, subject_id, details } = self;
        let actor = actor_id.map(|id| Actor { id, name });
        AuditEntry { id, at, kind, actor, subject: Subject { kind: subject_kind, id: subject_id }, details: details.0 }
    }
}

/// The filters and sort fields of the audit log.
pub(super) static LISTING: Listing<events::table, Recorded> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id events::id), key: None, about: "The id." },
        Field {
            name: "at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time events::at),
            key: Some(|row| Key::Int(row.at.millis())),
            about: "The time of the event.",
        },
        Field {
            name: "kind",
            kind: Kind::Text,
            ops: &[Op::Eq, Op::Ne, Op::In, Op::Nin, Op::StartsWith],
            column: column!(text events::kind),
            key: None,
            about: "The kind of the event, such as `article.published`.",
        },
        Field {
            name: "actor",
            kind: Kind::Id,
            ops: Op::OPTIONAL_CHOICE,
            column: column!(optional id events::actor_id),
            key: None,
            about: "The user who caused the event, by the id of the account, even if it was deleted.",
        },
        Field {
            name: "subject_kind",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text events::subject_kind),
            key: None,
            about: "The kind of the resource that the entry is about, such as `article`.",
        },
        Field {
            name: "subject_id",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text events::subject_id),
            key: None,
            about: "The id of the resource that the entry is about.",
        },
    ],
    default_sort: "-at",
    members: Selectable::of::<AuditEntry>,
    id: column!(id events::id),
    id_of: |row| row.id.to_string(),
};
