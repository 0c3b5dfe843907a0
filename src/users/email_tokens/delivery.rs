//! Emails about accounts, sent as jobs. Each email is composed when it is sent, so that it reflects the present
//! state; the lifetime of its token starts then, too.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::letters::{self, Recipient};
use super::token::{MailToken, MailTokenId, Purpose, secret};
use super::{addresses, queries};
use crate::app::App;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::events::{self, EventKind};
use crate::jobs::{Failure, TaskId};
use crate::mail::Letter;
use crate::users::accounts::{self, User, UserId};
use crate::users::invitations::{self, InvitationId};

/// An email to a user about their account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountMail {
    /// An invitation to create an account.
    Invitation(InvitationId),
    /// A link to reset a password, if the email address has an account that may log in.
    PasswordReset { email: String },
    /// A link to confirm a new email address or, if an account already has this email address, a notice about that account.
    EmailConfirmation(Id<MailToken>),
    /// The notice that a new email address was requested, sent to the old one.
    EmailChangeNotice { user: UserId, old: String, new: String },
}

impl AccountMail {
    /// Composes the email, if there is still a reason for it, and sends it.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        if let Some(letter) = app.write(move |app, conn| self.clone().write(app, conn, job)).await? {
            app.mailer.send(job, &letter, app.now()).await?;
        }
        Ok(())
    }

    fn write(self, app: &App, conn: &mut Conn, job: TaskId) -> Result<Option<Letter>> {
        match self {
            Self::Invitation(id) => invitation(app, conn, id),
            Self::PasswordReset { email } => password_reset(app, conn, job, &email),
            Self::EmailConfirmation(id) => email_confirmation(app, conn, id),
            Self::EmailChangeNotice { user, old, new } => email_change_notice(conn, user, &old, &new),
        }
    }
}

fn invitation(app: &App, conn: &mut Conn, id: InvitationId) -> Result<Option<Letter>> {
    let Some((invitation, inviter)) = invitations::renewed(conn, id, app.now())? else { return Ok(None) };
    let token = secret(app, Purpose::Invitation, &id.to_string());
    let to = Recipient { email: &invitation.email, name: &invitation.name };
    letters::invitation(app, conn, &to, &token, &inviter.name).map(Some)
}

/// Composes the email to reset a password. The account is looked up here and not in the request, so that the response
/// cannot reveal whether the account exists. The token's id is the job's id, so that a retry sends the same token again.
fn password_reset(app: &App, conn: &mut Conn, job: TaskId, email: &str) -> Result<Option<Letter>> {
    let Some(found) = accounts::find_by_email(conn, email)? else { return Ok(None) };
    let Some(user) = accounts::locked(conn, found.id)?.filter(|user| user.email == email && !user.suspended) else { return Ok(None) };
    let Ok(id) = job.to_string().parse::<MailTokenId>() else { return Ok(None) };
    if let Some(token) = queries::look_up(conn, id)? {
        if !token.stands_for(&user) {
            return Ok(None);
        }
        queries::renew(conn, &token, app.now())?;
    } else {
        if queries::was_mailed(conn, email, Purpose::PasswordReset, app.now())? {
            return Ok(None);
        }
        queries::insert(conn, &MailToken::new(app, id, Purpose::PasswordReset, &user, email))?;
        events::record(conn, app.now(), accounts::account_event(EventKind::UserPasswordResetRequested, &user, Value::Null))?;
    }
    let token = secret(app, Purpose::PasswordReset, &id.to_string());
    letters::password_reset(app, conn, &reader(&user), &token).map(Some)
}

fn email_confirmation(app: &App, conn: &mut Conn, id: MailTokenId) -> Result<Option<Letter>> {
    let Some(token) = queries::look_up(conn, id)? else { return Ok(None) };
    if !accounts::locked(conn, token.user_id)?.is_some_and(|user| token.stands_for(&user)) {
        return Ok(None);
    }
    if addresses::is_taken(conn, &token.email)? {
        return letters::email_taken(conn, &token.email).map(Some);
    }
    queries::renew(conn, &token, app.now())?;
    let secret = secret(app, Purpose::EmailConfirmation, &id.to_string());
    // The owner of the new email address is still unknown, and a stranger must not see the user's name.
    letters::email_confirmation(app, conn, &Recipient { email: &token.email, name: "" }, &secret).map(Some)
}

fn email_change_notice(conn: &mut Conn, user: UserId, old: &str, new: &str) -> Result<Option<Letter>> {
    let Some(user) = accounts::locked(conn, user)? else { return Ok(None) };
    letters::email_change_notice(conn, &Recipient { email: old, name: &user.name }, new).map(Some)
}

fn reader(user: &User) -> Recipient<'_> {
    Recipient { email: &user.email, name: &user.name }
}
