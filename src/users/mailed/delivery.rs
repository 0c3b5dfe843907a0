//! Mails about accounts as jobs: what is to be written is looked up when it is written, so that no mail tells of what no
//! longer is, and a token begins to live when it is mailed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::letters::{self, Reader};
use super::token::{MailToken, MailTokenId, Purpose, secret};
use super::{addresses, queries};
use crate::app::App;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::events;
use crate::jobs::{Failure, TaskId};
use crate::mail::Letter;
use crate::users::accounts::{self, User, UserId};
use crate::users::invitations::{self, InvitationId};

/// A mail to somebody about their account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountMail {
    /// The way to an account.
    Invitation(InvitationId),
    /// The way to a new password, if the address has an account that may have one.
    PasswordReset { email: String },
    /// The way to prove a new address, unless it has an account already.
    EmailConfirmation(Id<MailToken>),
    /// The notice to the old address.
    EmailChangeNotice { user: UserId, old: String, new: String },
}

impl AccountMail {
    /// Writes the mail, if it still has a reason, and sends it.
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
    let to = Reader { email: &invitation.email, name: &invitation.name };
    letters::invitation(app, conn, &to, &token, &inviter.name).map(Some)
}

/// Who is known is found out here and not in the request, so that nobody can tell from the answer. The token has the id of
/// its job, so that a second try mails the first one again.
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
        events::record(conn, app.now(), accounts::happened("user.password_reset_requested", &user, Value::Null))?;
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
    // Whose address it is nobody knows yet: what the account calls itself must not become a stranger's mail.
    letters::email_confirmation(app, conn, &Reader { email: &token.email, name: "" }, &secret).map(Some)
}

fn email_change_notice(conn: &mut Conn, user: UserId, old: &str, new: &str) -> Result<Option<Letter>> {
    let Some(user) = accounts::locked(conn, user)? else { return Ok(None) };
    letters::email_change_notice(conn, &Reader { email: old, name: &user.name }, new).map(Some)
}

fn reader(user: &User) -> Reader<'_> {
    Reader { email: &user.email, name: &user.name }
}
