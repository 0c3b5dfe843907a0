//! An account: its row, its drafts, its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::{Draft, Email, Kind, Name};
use crate::schema::users;
use crate::users::passwords::NewPassword;
use crate::users::role::Role;

/// The id of a user.
pub(crate) type UserId = Id<User>;
type AuthorId = Id<Author>;

/// A person who can log in, as stored. Not `Debug`, so that no log ever shows the hash.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = users)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// In lower case.
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) role: Role,
    pub(in crate::users) password_hash: String,
    /// Counts what ends sessions: changes of password, suspensions.
    pub(in crate::users) token_version: i32,
    pub(crate) suspended: bool,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What a new account is made of.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::users) struct UserDraft {
    /// The address to log in with; case makes no difference.
    pub(super) email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// What they may do.
    pub(super) role: Role,
    /// The password to log in with.
    pub(super) password: NewPassword,
    /// Whether they may not log in for now.
    #[serde(default)]
    #[schema(default = false)]
    pub(super) suspended: bool,
    /// Whether an account that may write gets an author's profile; absent, it does. Readers do not see the profile before
    /// an article by it is published or somebody saves it.
    pub(super) profile: Option<bool>,
}

impl Draft for UserDraft {}

/// What an account may be changed to.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The address to log in with; case makes no difference.
    pub(super) email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// What they may do.
    pub(super) role: Role,
    /// A new password, which ends all their sessions; absent, the password stays. One's own is changed at `/auth/password`.
    pub(super) password: Option<NewPassword>,
    /// Whether they may not log in for now; suspending ends all their sessions.
    #[serde(default)]
    #[schema(default = false)]
    pub(super) suspended: bool,
}

impl Draft for UserChange {
    const READ_ONLY: &'static [&'static str] = &["/id", "/author_id", "/pending_email", "/version", "/created_at", "/updated_at"];
}

/// What people may change of their own account.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnAccountDraft {
    /// Your name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// The address to log in with. Another one is asked to confirm that it is yours, and holds from then on.
    pub(super) email: Email,
    /// The password that you log in with now: needed for another address, since who has that one has the account.
    #[schema(min_length = 1, max_length = 1024, format = "password", example = "lanterns over the canal")]
    pub(super) current_password: Option<String>,
}

impl Draft for OwnAccountDraft {
    const READ_ONLY: &'static [&'static str] =
        &["/id", "/author_id", "/pending_email", "/role", "/suspended", "/version", "/created_at", "/updated_at"];
}

/// An account, as its owner and administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::users) struct UserView {
    /// The account's id.
    id: UserId,
    /// The address to log in with.
    #[schema(format = "email", example = "mara@example.org")]
    email: String,
    /// The address that they asked for and have not confirmed yet; for a day.
    #[schema(format = "email", example = "mara@example.com")]
    pending_email: Option<String>,
    /// The person's name.
    #[schema(example = "Mara Lind")]
    name: String,
    /// What they may do.
    role: Role,
    /// Whether they may not log in for now.
    suspended: bool,
    /// The profile that their articles are signed with.
    author_id: Option<AuthorId>,
}

impl UserView {
    /// The account's id.
    pub(super) fn id(&self) -> UserId {
        self.id
    }
}

impl User {
    /// A new account.
    pub(super) fn new(draft: UserDraft, password_hash: String, now: Timestamp) -> Self {
        let UserDraft { email, name, role, password: _, suspended, profile: _ } = draft;
        Self { suspended, ..Self::invited(email.normal(), name, role, password_hash, now) }
    }

    /// The account of somebody who chose their password themselves; the address is in lower case.
    pub(in crate::users) fn invited(email: String, name: String, role: Role, password_hash: String, now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            email,
            name_key: fold(&name),
            name,
            role,
            password_hash,
            token_version: 1,
            suspended: false,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// What administrators make of an account; says whether its sessions must end.
    pub(super) fn revise(&mut self, change: UserChange, password_hash: Option<String>, now: Timestamp) -> bool {
        let UserChange { email, name, role, password: _, suspended } = change;
        let ends_sessions = password_hash.is_some() || (suspended && !self.suspended);
        self.email = email.normal();
        self.role = role;
        self.suspended = suspended;
        self.password_hash = password_hash.unwrap_or_else(|| self.password_hash.clone());
        self.token_version += i32::from(ends_sessions);
        self.rename(name, now);
        ends_sessions
    }

    /// What people make of their own account.
    pub(super) fn rename(&mut self, name: String, now: Timestamp) {
        self.name_key = fold(&name);
        self.name = name;
        self.touch(now);
    }

    /// A new password, which no session of before outlives.
    pub(in crate::users) fn set_password(&mut self, hash: String, now: Timestamp) {
        self.password_hash = hash;
        self.token_version += 1;
        self.touch(now);
    }

    /// An address that its owner has confirmed.
    pub(in crate::users) fn set_email(&mut self, email: String, now: Timestamp) {
        self.email = email;
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// Whether it is one of those of whom there must always be one.
    pub(in crate::users) fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && !self.suspended
    }

    /// What its owner and administrators see of it.
    pub(super) fn view(&self, author_id: Option<AuthorId>, pending_email: Option<String>) -> UserView {
        UserView {
            id: self.id,
            email: self.email.clone(),
            pending_email,
            name: self.name.clone(),
            role: self.role,
            suspended: self.suspended,
            author_id,
        }
    }
}

/// What the list of users can be asked.
pub(super) static LISTING: Listing<users::table, User> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id users::id), key: None, about: "The id." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text users::email),
            key: Some(|row| Key::Text(row.email.clone())),
            about: "The e-mail address, without regard to case.",
        },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text users::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, without regard to case and accents.",
        },
        Field {
            name: "role",
            kind: Kind::Word(Role::WORDS),
            ops: Op::CHOICE,
            column: column!(text users::role),
            key: None,
            about: "What they may do.",
        },
        Field {
            name: "suspended",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth users::suspended),
            key: None,
            about: "Whether they may not log in for now.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time users::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was made.",
        },
        Field {
            name: "updated_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time users::updated_at),
            key: Some(|row| Key::Int(row.updated_at.millis())),
            about: "When it last changed.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "email", "pending_email", "name", "role", "suspended", "author_id", "version", "created_at", "updated_at"],
    id: column!(id users::id),
    id_of: |row| row.id.to_string(),
};
