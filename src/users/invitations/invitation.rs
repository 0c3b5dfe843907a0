//! An invitation: its row, its draft, its view and its acceptance.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::{Draft, Email, Kind, Name, Selectable};
use crate::schema::invitations;
use crate::secrets::token_hash;
use crate::users::accounts::{NewAccount, User, UserId};
use crate::users::email_tokens::{Purpose, secret};
use crate::users::passwords::NewPassword;
use crate::users::role::Role;

/// The minimum time between two invitation emails to one email address, in seconds.
const QUIET_SECONDS: i64 = 60 * 60;

/// The id of an invitation.
pub(crate) type InvitationId = Id<Invitation>;

/// An invitation, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invitations)]
pub(crate) struct Invitation {
    pub(super) id: InvitationId,
    /// The email address, in lower case.
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

/// A new invitation, as clients send it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationDraft {
    /// The email address that gets the invitation and becomes the login name, regardless of case.
    email: Email,
    /// The person's name.
    #[schema(value_type = Name)]
    name: String,
    /// The role of the future account.
    role: Role,
    /// Whether to create an author profile, if the role may write; the default is true.
    profile: Option<bool>,
}

impl Draft for InvitationDraft {}

impl InvitationDraft {
    /// Returns the email address in its normal form, for comparing and storing.
    pub(super) fn email(&self) -> String {
        self.email.normal()
    }
}

/// The acceptance of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acceptance {
    /// The token in the email. It works once and is valid for seven days.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
    /// The password to log in with.
    pub(super) password: NewPassword,
    /// Your name. If absent, the account gets the name in the invitation.
    #[schema(value_type = Option<Name>)]
    pub(super) name: Option<String>,
}

impl Draft for Acceptance {}

/// An invitation, as administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// The id of the invitation.
    pub(super) id: InvitationId,
    /// The email address that got the invitation.
    #[schema(format = "email", example = "mara@example.org")]
    email: String,
    /// The person's name.
    #[schema(example = "Mara Lind")]
    name: String,
    /// The role of the future account.
    role: Role,
    /// Whether the account will get an author profile, if its role may write.
    #[schema(example = true)]
    profile: bool,
    /// The id of the administrator who created the invitation.
    invited_by: UserId,
    /// The time when the invitation was created.
    created_at: Timestamp,
    /// The time when the invitation expires. If the email is sent late, the invitation expires correspondingly later.
    expires_at: Timestamp,
}

impl Invitation {
    /// Creates an invitation.
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

    /// Checks whether the invitation was created within the last hour. If so, no second email is sent.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        (now.plus_seconds(-QUIET_SECONDS)..=now).contains(&self.created_at)
    }

    /// Updates the invitation from a later draft for the same email address. The link in its email stays valid.
    pub(super) fn revise(&mut self, draft: InvitationDraft, invited_by: UserId) {
        let InvitationDraft { email: _, name, role, profile } = draft;
        self.name_key = fold(&name);
        self.name = name;
        self.role = role;
        self.profile = profile.unwrap_or(true);
        self.invited_by = invited_by;
    }

    /// Converts the invitation to an account.
    pub(super) fn account(self, name: Option<String>, password_hash: String, now: Timestamp) -> NewAccount {
        let user = User::invited(self.email, name.unwrap_or(self.name), self.role, password_hash, now);
        NewAccount { user, profile: self.profile }
    }

    /// Returns the invitation as administrators see it.
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

/// The filters and sort fields of the list of invitations.
pub(super) static LISTING: Listing<invitations::table, Invitation> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id invitations::id), key: None, about: "The id." },
        Field {
            name: "email",
            kind: Kind::Email,
            ops: Op::TEXT,
            column: column!(text invitations::email),
            key: Some(|row| Key::Text(row.email.clone())),
            about: "The email address, regardless of case.",
        },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text invitations::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
        Field {
            name: "role",
            kind: Kind::Word(Role::WORDS),
            ops: Op::CHOICE,
            column: column!(text invitations::role),
            key: None,
            about: "The role.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time invitations::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the invitation was created.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<InvitationView>,
    id: column!(id invitations::id),
    id_of: |row| row.id.to_string(),
};
