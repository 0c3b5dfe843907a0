//! An entry of the audit log: its row, its view, and what the list of them can be asked.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::{Field, Id, Json, Key, Listing, Op, Timestamp, column};
use crate::events::Event;
use crate::input::Kind;
use crate::schema::events;

/// The id of an entry, which is that of its event.
type EntryId = Id<Event>;

/// An event as it was recorded.
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
    /// Its id.
    id: EntryId,
    /// When it happened.
    at: Timestamp,
    /// What happened.
    #[schema(example = "article.published")]
    kind: String,
    /// Who did it; null where it was a guest, the server itself or its command line.
    actor: Option<Actor>,
    /// What it was done to.
    subject: Subject,
    /// What else is to be said of it; never a secret, an e-mail address or a text.
    #[schema(value_type = Option<Object>)]
    details: Value,
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct Actor {
    /// The account's id.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    id: String,
    /// What they are called now; null where the account was deleted since.
    #[schema(example = "Mara Lindt")]
    name: Option<String>,
}

/// What something was done to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditSubject)]
struct Subject {
    /// What sort of thing.
    #[schema(example = "article")]
    kind: String,
    /// Which one; it may be gone by now.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    id: String,
}

impl Recorded {
    /// What administrators see of it, with the actor's present name.
    pub(super) fn view(self, name: Option<String>) -> AuditEntry {
        let Self { id, at, kind, actor_id, subject_kind, subject_id, details } = self;
        let actor = actor_id.map(|id| Actor { id, name });
        AuditEntry { id, at, kind, actor, subject: Subject { kind: subject_kind, id: subject_id }, details: details.0 }
    }
}

/// What the audit log can be asked.
pub(super) static LISTING: Listing<events::table, Recorded> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id events::id), key: None, about: "The id." },
        Field {
            name: "at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time events::at),
            key: Some(|row| Key::Int(row.at.millis())),
            about: "When it happened.",
        },
        Field {
            name: "kind",
            kind: Kind::Text,
            ops: &[Op::Eq, Op::Ne, Op::In, Op::Nin, Op::StartsWith],
            column: column!(text events::kind),
            key: None,
            about: "What happened, such as `article.published`; `kind[starts_with]=session.` asks for all of a sort.",
        },
        Field {
            name: "actor",
            kind: Kind::Id,
            ops: Op::OPTIONAL_CHOICE,
            column: column!(optional id events::actor_id),
            key: None,
            about: "Who did it, by the account's id; that of a deleted account, too.",
        },
        Field {
            name: "subject_kind",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text events::subject_kind),
            key: None,
            about: "What sort of thing it was done to, such as `article`.",
        },
        Field {
            name: "subject_id",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(text events::subject_id),
            key: None,
            about: "What it was done to, by id.",
        },
    ],
    default_sort: "-at",
    includes: &[],
    members: &["id", "at", "kind", "actor", "subject", "details"],
    id: column!(id events::id),
    id_of: |row| row.id.to_string(),
};
