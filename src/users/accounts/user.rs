//! An account: its row, its drafts, its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::http::Edited;
use crate::input::{Draft, Email, Kind, Name, Selectable};
use crate::schema::users;
use crate::users::passwords::NewPassword;
use crate::users::role::Role;

/// The id of a user.
pub(crate) type UserId = Id<User>;
type AuthorId = Id<Author>;

/// A person who can log in, as stored. It does not implement `Debug`, so that no log can show the hash.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = users)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// The email address, in lower case.
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) role: Role,
    pub(in crate::users) password_hash: String,
    /// Counts the changes that end sessions: new passwords and suspensions.
    pub(in crate::users) token_version: i32,
    pub(crate) suspended: bool,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A new account, as clients send it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::users) struct UserDraft {
    /// The email address to log in with, regardless of case.
    pub(super) email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// The role, which says what the user may do.
    pub(super) role: Role,
    /// The password to log in with.
    pub(super) password: NewPassword,
    /// Whether the user is suspended and cannot log in.
    #[serde(default)]
    #[schema(default = false)]
    pub(super) suspended: bool,
    /// Whether to create an author profile, if the role may write; the default is true. Readers do not see the
    /// profile until an article with this author is published or a user saves the profile.
    pub(super) profile: Option<bool>,
}

impl Draft for UserDraft {}

/// A change of an account by an administrator.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The email address to log in with, regardless of case.
    pub(super) email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// The role, which says what the user may do.
    pub(super) role: Role,
    /// A new password, which ends all sessions of the user. If absent, the password stays. To change your own
    /// password, use `/auth/password`.
    pub(super) password: Option<NewPassword>,
    /// Whether the user is suspended and cannot log in. A suspension ends all sessions of the user.
    #[serde(default)]
    #[schema(default = false)]
    pub(super) suspended: bool,
}

impl Draft for UserChange {
    const READ_ONLY: &'static [&'static str] = &["/id", "/author_id", "/pending_email", "/version", "/created_at", "/updated_at"];
}

/// A change of the caller's own account.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnAccountDraft {
    /// Your name.
    #[schema(value_type = Name)]
    pub(super) name: String,
    /// The email address to log in with. A new address must be confirmed with the link in an email, and is in force
    /// from then on.
    pub(super) email: Email,
    /// The current password. It is required to change the email address, because the owner of that address can take
    /// over the account.
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
    /// The id of the account.
    id: UserId,
    /// The email address to log in with.
    #[schema(format = "email", example = "mara@example.org")]
    email: String,
    /// The email address that the user asked for and has not confirmed yet. It is shown for at most a day.
    #[schema(format = "email", example = "mara@example.com")]
    pending_email: Option<String>,
    /// The person's name.
    #[schema(example = "Mara Lind")]
    name: String,
    /// The role, which says what the user may do.
    role: Role,
    /// Whether the user is suspended and cannot log in.
    suspended: bool,
    /// The id of the author profile with which the user signs articles.
    author_id: Option<AuthorId>,
}

impl UserView {
    /// Returns the account's id.
    pub(super) fn id(&self) -> UserId {
        self.id
    }
}

impl User {
    /// Creates an account from a draft.
    pub(super) fn new(draft: UserDraft, password_hash: String, now: Timestamp) -> Self {
        let UserDraft { email, name, role, password: _, suspended, profile: _ } = draft;
        Self { suspended, ..Self::invited(email.normal(), name, role, password_hash, now) }
    }

    /// Creates the account of a person who chose their own password. The email address must be in lower case.
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

    /// Applies an administrator's change. Returns whether the account's sessions must end.
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

    /// Changes the name.
    pub(super) fn rename(&mut self, name: String, now: Timestamp) {
        self.name_key = fold(&name);
        self.name = name;
        self.touch(now);
    }

    /// Sets a new password, which invalidates all earlier sessions.
    pub(in crate::users) fn set_password(&mut self, hash: String, now: Timestamp) {
        self.password_hash = hash;
        self.token_version += 1;
        self.touch(now);
    }

    /// Sets an email address that its owner has confirmed.
    pub(in crate::users) fn set_email(&mut self, email: String, now: Timestamp) {
        self.email = email;
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// Checks whether this is an administrator who can log in. There must always be at least one.
    pub(in crate::users) fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && !self.suspended
    }

    /// Returns the account as its owner and administrators see it.
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

/// The filters and sort fields of the list of users.
pub(super) static LISTING: Listing<users::table, User> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id users::id), key: None, about: "The id of the user." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text users::email),
            key: Some(|row| Key::Text(row.email.clone())),
            about: "The email address, regardless of case.",
        },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text users::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
        Field {
            name: "role",
            kind: Kind::Word(Role::WORDS),
            ops: Op::CHOICE,
            column: column!(text users::role),
            key: None,
            about: "The role.",
        },
        Field {
            name: "suspended",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth users::suspended),
            key: None,
            about: "Whether the user is suspended.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time users::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the account was created.",
        },
        Field {
            name: "updated_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time users::updated_at),
            key: Some(|row| Key::Int(row.updated_at.millis())),
            about: "The time of the last change.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<Edited<UserView>>,
    id: column!(id users::id),
    id_of: |row| row.id.to_string(),
};
