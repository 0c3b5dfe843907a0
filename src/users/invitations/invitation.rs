//! An invitation: its row, its draft, its view, and what takes it up.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::{Draft, Email, Kind, Name};
use crate::schema::invitations;
use crate::secrets::token_hash;
use crate::users::accounts::{NewAccount, User, UserId};
use crate::users::mailed::{Purpose, secret};
use crate::users::passwords::NewPassword;
use crate::users::role::Role;

/// An address is mailed one invitation in so long, in seconds.
const QUIET_SECONDS: i64 = 60 * 60;

/// The id of an invitation.
pub(crate) type InvitationId = Id<Invitation>;

/// An invitation as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invitations)]
pub(crate) struct Invitation {
    pub(super) id: InvitationId,
    /// In lower case.
    pub(in crate::users) email: String,
    pub(in crate::users) name: String,
    name_key: String,
    pub(super) role: Role,
    token_hash: String,
    pub(super) invited_by: UserId,
    created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) profile: bool,
}

/// Who is to be invited, and as what.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationDraft {
    /// The address that the mail goes to, and that they will log in with; case makes no difference.
    email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    name: String,
    /// What they will be able to do.
    role: Role,
    /// Whether an account that may write gets an author's profile; absent, it does.
    profile: Option<bool>,
}

impl Draft for InvitationDraft {}

impl InvitationDraft {
    /// The address as it is compared and stored.
    pub(super) fn email(&self) -> String {
        self.email.normal()
    }
}

/// What it takes to make an account of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acceptance {
    /// The token of the mail; it works once, for seven days.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
    /// The password to log in with from now on.
    pub(super) password: NewPassword,
    /// Your name, where the invitation has it wrong.
    #[schema(value_type = Option<Name>)]
    pub(super) name: Option<String>,
}

impl Draft for Acceptance {}

/// An invitation, as administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct InvitationView {
    /// Its id.
    pub(super) id: InvitationId,
    /// The address that the mail went to.
    #[schema(format = "email", example = "mara@example.org")]
    email: String,
    /// The person's name.
    #[schema(example = "Mara Lind")]
    name: String,
    /// What they will be able to do.
    role: Role,
    /// Whether the account gets an author's profile, if it may write.
    #[schema(example = true)]
    profile: bool,
    /// The administrator who made it.
    invited_by: UserId,
    /// When it was made.
    created_at: Timestamp,
    /// When it ends, unless the mail is sent later than it was asked for.
    expires_at: Timestamp,
}

impl Invitation {
    /// A new invitation.
    pub(super) fn new(app: &App, draft: InvitationDraft, invited_by: UserId) -> Self {
        let (now, email) = (app.now(), draft.email());
        let InvitationDraft { email: _, name, role, profile } = draft;
        let id = Id::new(now);
        Self {
            id,
            email,
            name_key: fold(&name),
            name,
            role,
            token_hash: token_hash(&secret(app, Purpose::Invitation, &id.to_string())),
            invited_by,
            created_at: now,
            expires_at: now.plus_seconds(Purpose::Invitation.lifetime()),
            profile: profile.unwrap_or(true),
        }
    }

    /// Whether its mail went out within the hour, or is about to: then no second one follows it.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        (now.plus_seconds(-QUIET_SECONDS)..=now).contains(&self.created_at)
    }

    /// The same invitation, with what a later one of the same address says; its mail's link stays good.
    pub(super) fn revise(&mut self, draft: InvitationDraft, invited_by: UserId) {
        let InvitationDraft { email: _, name, role, profile } = draft;
        self.name_key = fold(&name);
        self.name = name;
        self.role = role;
        self.profile = profile.unwrap_or(true);
        self.invited_by = invited_by;
    }

    /// The account that it becomes.
    pub(super) fn account(self, name: Option<String>, password_hash: String, now: Timestamp) -> NewAccount {
        let user = User::invited(self.email, name.unwrap_or(self.name), self.role, password_hash, now);
        NewAccount { user, profile: self.profile }
    }

    /// What administrators see of it.
    pub(super) fn view(&self) -> InvitationView {
        InvitationView {
            id: self.id,
            email: self.email.clone(),
            name: self.name.clone(),
            role: self.role,
            profile: self.profile,
            invited_by: self.invited_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

/// What the list of invitations can be asked.
pub(super) static LISTING: Listing<invitations::table, Invitation> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id invitations::id), key: None, about: "The id." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text invitations::email),
            key: Some(|row| Key::Text(row.email.clone())),
            about: "The e-mail address, without regard to case.",
        },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text invitations::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, without regard to case and accents.",
        },
        Field {
            name: "role",
            kind: Kind::Word(Role::WORDS),
            ops: Op::CHOICE,
            column: column!(text invitations::role),
            key: None,
            about: "What they will be able to do.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time invitations::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was made.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "email", "name", "role", "profile", "invited_by", "created_at", "expires_at"],
    id: column!(id invitations::id),
    id_of: |row| row.id.to_string(),
};
