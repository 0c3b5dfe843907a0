//! Operations on invitations: functions of a connection, a caller and parsed input.

use serde_json::{Value, json};

use super::invitation::{Acceptance, Invitation, InvitationDraft, InvitationId, InvitationView};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::http::{Edited, Request};
use crate::input::Input;
use crate::jobs::{self, Job};
use crate::scrub::{self, Scrub};
use crate::secrets::token_hash;
use crate::users::accounts::{self, User, UserView};
use crate::users::caller::{Admin, Caller};
use crate::users::email_tokens::{AccountMail, bad_token};
use crate::users::passwords;

/// Returns one page of invitations.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<InvitationView>> {
    let page = queries::page(conn, query, app.now())?;
    page.with_rows(|rows| Ok(rows.iter().map(Invitation::view).collect()))
}

/// Returns one invitation.
pub(super) fn read(app: &App, conn: &mut Conn, id: &str) -> Result<InvitationView> {
    let id = id.parse().map_err(|_| Error::not_found())?;
    Ok(queries::look_up(conn, id, app.now())?.ok_or_else(Error::not_found)?.view())
}

/// The result of creating an invitation.
pub(super) enum Invited {
    /// A new invitation was stored and its email queued.
    Mailed(InvitationView),
    /// An invitation of the last hour was updated; no email was queued.
    Again(InvitationView),
}

/// Invites a person. Replaces an earlier invitation of the same email address, or updates it if it is less than an hour old.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<Admin>, input: &Input) -> Result<Invited> {
    let draft = input.plain::<InvitationDraft>()?;
    Lock::Invitations.take(conn)?;
    if accounts::find_by_email(conn, &draft.email())?.is_some() {
        return Err(Error::conflict("Another account has this email address."));
    }
    if let Some(mut earlier) = queries::of_address(conn, &draft.email())?.filter(|earlier| earlier.is_recent(app.now())) {
        earlier.revise(draft, caller.user);
        queries::update(conn, &earlier)?;
        let event = invitation_event(EventKind::InvitationRevised, earlier.id, json!({"role": earlier.role}));
        events::record(conn, app.now(), Event { actor: caller.actor(), ..event })?;
        return Ok(Invited::Again(earlier.view()));
    }
    queries::delete_of_address(conn, &draft.email())?;
    let invitation = Invitation::new(app, draft, caller.user);
    queries::insert(conn, &invitation)?;
    jobs::enqueue(app, conn, &Job::AccountMail(AccountMail::Invitation(invitation.id)))?;
    let event = invitation_event(EventKind::InvitationCreated, invitation.id, json!({"role": invitation.role}));
    events::record(conn, app.now(), Event { actor: caller.actor(), ..event })?;
    Ok(Invited::Mailed(invitation.view()))
}

/// Withdraws an invitation.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Admin>, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<InvitationId>() else { return Ok(()) };
    if !queries::delete(conn, id)? {
        return Ok(());
    }
    withdrawn(app, conn, caller.actor(), id)?;
    scrub::ask(app, conn, Scrub::People)
}

/// Deletes the invitation of an email address. Returns whether there was one.
pub(crate) fn erase_by_email(app: &App, conn: &mut Conn, actor: Option<String>, email: &str) -> Result<bool> {
    Lock::Invitations.take(conn)?;
    let Some(invitation) = queries::of_address(conn, email)? else { return Ok(false) };
    let is_deleted = queries::delete(conn, invitation.id)?;
    if is_deleted {
        withdrawn(app, conn, actor, invitation.id)?;
    }
    Ok(is_deleted)
}

/// Returns the invitation of an email address, expired or not.
pub(crate) fn read_by_email(conn: &mut Conn, email: &str) -> Result<Option<InvitationView>> {
    Ok(queries::of_address(conn, email)?.map(|invitation| invitation.view()))
}

fn withdrawn(app: &App, conn: &mut Conn, actor: Option<String>, id: InvitationId) -> Result<()> {
    events::record(conn, app.now(), Event { actor, ..invitation_event(EventKind::InvitationWithdrawn, id, Value::Null) })
}

/// Returns an invitation and its creator when its email is sent, and starts the lifetime of the invitation now. Returns
/// `None` if the invitation no longer exists or its creator is no longer an administrator.
pub(in crate::users) fn renewed(conn: &mut Conn, id: InvitationId, now: Timestamp) -> Result<Option<(Invitation, User)>> {
    let Some(invitation) = queries::look_up_unmailed(conn, id)? else { return Ok(None) };
    let Some(inviter) = inviter(conn, &invitation)? else { return Ok(None) };
    queries::renew(conn, id, now)?;
    Ok(Some((invitation, inviter)))
}

/// Accepts an invitation and creates its account. The password is hashed between the transactions.
pub(super) async fn accept(request: &Request, input: &Input) -> Result<Edited<UserView>> {
    let Acceptance { token, password, name } = input.plain()?;
    let hash = token_hash(&token);
    let found = request.read(move |app, conn| usable(app, conn, &hash)).await?;
    if let Some(fault) = passwords::check("/password", &password, &found.email) {
        return Err(Error::invalid(vec![fault]));
    }
    let password_hash = request.app.passwords.try_turn()?.hash(password.0).await?;
    request.write(move |app, conn| take_up(app, conn, &found, name.clone(), password_hash.clone())).await
}

fn usable(app: &App, conn: &mut Conn, hash: &str) -> Result<Invitation> {
    let invitation = queries::find_by_token(conn, hash, app.now())?.ok_or_else(bad_token)?;
    inviter(conn, &invitation)?.ok_or_else(bad_token)?;
    Ok(invitation)
}

fn take_up(app: &App, conn: &mut Conn, found: &Invitation, name: Option<String>, password_hash: String) -> Result<Edited<UserView>> {
    let now = app.now();
    let invitation = queries::look_up(conn, found.id, now)?.ok_or_else(bad_token)?;
    let inviter = inviter(conn, &invitation)?.ok_or_else(bad_token)?;
    if !queries::delete(conn, invitation.id)? {
        return Err(bad_token());
    }
    let account = invitation.account(name, password_hash, now);
    accounts::create(app, conn, Some(inviter.id.to_string()), &account)
}

/// Returns the creator of an invitation, if they are still an active administrator.
fn inviter(conn: &mut Conn, invitation: &Invitation) -> Result<Option<User>> {
    let inviter = accounts::look_up(conn, &invitation.invited_by.to_string())?;
    Ok(inviter.filter(User::is_active_admin))
}

fn invitation_event(kind: EventKind, id: InvitationId, details: Value) -> Event {
    Event { kind, actor: None, subject_kind: "invitation", subject_id: id.to_string(), tags: Vec::new(), details }
}
