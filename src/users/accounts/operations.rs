//! Operations of administrators on accounts: functions of a connection, a caller and parsed input.

use serde_json::{Value, json};

use super::ending::end_access;
use super::queries;
use super::user::{User, UserChange, UserDraft, UserView};
use crate::app::App;
use crate::authors;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, Event, EventKind};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::scrub::{self, Scrub};
use crate::users::caller::{Admin, Caller};
use crate::users::{email_tokens, passwords};

/// Returns one page of accounts.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Edited<UserView>>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| edited_all(app, conn, &rows))
}

/// Returns one account.
pub(super) fn read(app: &App, conn: &mut Conn, id: &str) -> Result<Edited<UserView>> {
    let user = queries::find(conn, id)?;
    edited(app, conn, &user)
}

/// Parses the draft of an account and checks its password.
pub(super) fn parse(input: &Input) -> Result<UserDraft> {
    let draft = input.plain::<UserDraft>()?;
    match passwords::check("/password", &draft.password, &draft.email.0) {
        None => Ok(draft),
        Some(fault) => Err(Error::invalid(vec![fault])),
    }
}

/// An account to be stored.
pub(in crate::users) struct NewAccount {
    /// The account.
    pub(in crate::users) user: User,
    /// Whether to create an author profile, if the role may write.
    pub(in crate::users) profile: bool,
}

/// Stores a new account. `actor` is the user who creates it, or `None` for the command line.
pub(in crate::users) fn create(app: &App, conn: &mut Conn, actor: Option<String>, account: &NewAccount) -> Result<Edited<UserView>> {
    let NewAccount { user, profile } = account;
    queries::insert(conn, user)?;
    let author = if *profile { authors::provide(app, conn, user)? } else { None };
    let event = account_event(EventKind::UserCreated, user, json!({"role": user.role, "suspended": user.suspended, "author": author}));
    events::record(conn, app.now(), Event { actor, ..event })?;
    edited(app, conn, user)
}

/// A change to an account, with its precondition.
#[derive(Clone)]
pub(super) struct AccountChange {
    pub(super) id: String,
    pub(super) condition: Precondition,
    pub(super) input: Input,
    /// The hash of the new password, if the request body has a well-formed one.
    pub(super) password_hash: Option<String>,
}

/// Changes an account, by replacement or merge patch. Without a caller, the change comes from the command line.
pub(super) fn revise(app: &App, conn: &mut Conn, caller: Option<&Caller<Admin>>, revision: AccountChange) -> Result<Edited<UserView>> {
    Lock::Admins.take(conn)?;
    let mut user = locked(conn, &revision.id)?;
    let before = edited(app, conn, &user)?;
    let current = serde_json::to_value(&before)?;
    let change = revision.input.revise::<UserChange>(conn, &current)?;
    caller.map_or(Ok(()), |caller| check_password(caller, &user, &change))?;
    revision.condition.check(user.version, &current, &revision.input.object()?)?;
    let (was_admin, has_password, address) = (user.is_active_admin(), change.password.is_some(), user.email.clone());
    let wrote = user.role.writes();
    let ends_sessions = user.revise(change, revision.password_hash, app.now());
    if user.email != address {
        // An administrator's change overrides a pending confirmation.
        email_tokens::forget_confirmations(conn, user.id, app.now())?;
    }
    let after = edited(app, conn, &user)?;
    if before.same_content(&after)? && !has_password {
        return Ok(before);
    }
    if was_admin && !user.is_active_admin() {
        demand_other_admin(conn, &user)?;
    }
    queries::update(conn, &user)?;
    if ends_sessions {
        end_access(conn, user.id, false)?;
    }
    // A profile is created only when the role gains the right to write: an administrator may have deleted a writer's
    // profile on purpose.
    if !wrote {
        authors::provide(app, conn, &user)?;
    }
    let details = json!({"role": user.role, "suspended": user.suspended, "password_changed": has_password});
    events::record(
        conn,
        app.now(),
        Event { actor: caller.and_then(Caller::actor), ..account_event(EventKind::UserRevised, &user, details) },
    )?;
    edited(app, conn, &user)
}

fn check_password(caller: &Caller<Admin>, user: &User, change: &UserChange) -> Result<()> {
    let Some(password) = &change.password else { return Ok(()) };
    if caller.session.is_none() {
        return Err(Error::forbidden("An API key cannot change passwords. Log in."));
    }
    let fault = if caller.user == user.id {
        let detail = "Change your own password at /api/v1/auth/password, which requires the current password.";
        Some(Fault::at("/password", "own_password", detail))
    } else {
        passwords::check("/password", password, &change.email.0)
    };
    fault.map_or(Ok(()), |fault| Err(Error::invalid(vec![fault])))
}

/// Deletes an account with its sessions, API keys and stored responses. Its comments are kept without email and IP address.
pub(super) fn delete(app: &App, conn: &mut Conn, actor: Option<String>, id: &str, condition: &Precondition) -> Result<()> {
    Lock::Admins.take(conn)?;
    let Ok(id) = id.parse() else { return Ok(()) };
    let Some(user) = queries::locked(conn, id)? else { return Ok(()) };
    condition.check_bare(user.version)?;
    if user.is_active_admin() {
        demand_other_admin(conn, &user)?;
    }
    end_access(conn, user.id, false)?;
    authors::remove_unused(conn, user.id)?;
    queries::forget_traces(conn, &user)?;
    queries::delete(conn, user.id)?;
    events::record(conn, app.now(), Event { actor, ..account_event(EventKind::UserDeleted, &user, Value::Null) })?;
    scrub::ask(app, conn, Scrub::People)
}

fn demand_other_admin(conn: &mut Conn, user: &User) -> Result<()> {
    if queries::has_other_admin(conn, user.id)? {
        return Ok(());
    }
    Err(Error::new(Code::LastAdmin, "This user is the last administrator who can log in. Create another administrator first."))
}

/// Returns the account with an id, locked until this transaction ends.
pub(super) fn locked(conn: &mut Conn, id: &str) -> Result<User> {
    let id = id.parse().map_err(|_| Error::not_found())?;
    queries::locked(conn, id)?.ok_or_else(Error::not_found)
}

/// Builds an audit event about an account, without an actor.
pub(in crate::users) fn account_event(kind: EventKind, user: &User, details: Value) -> Event {
    Event { kind, actor: None, subject_kind: "user", subject_id: user.id.to_string(), tags: Vec::new(), details }
}

/// Returns an account with its version and times.
pub(super) fn edited(app: &App, conn: &mut Conn, user: &User) -> Result<Edited<UserView>> {
    edited_all(app, conn, std::slice::from_ref(user))?.pop().ok_or_else(Error::not_found)
}

fn edited_all(app: &App, conn: &mut Conn, users: &[User]) -> Result<Vec<Edited<UserView>>> {
    let ids: Vec<_> = users.iter().map(|user| user.id).collect();
    let profiles = queries::profiles(conn, &ids)?;
    let pending = email_tokens::pending_addresses(conn, users, app.now())?;
    let edited = |user: &User| Edited {
        view: user.view(profiles.get(&user.id).copied(), pending.get(&user.id).cloned()),
        version: user.version,
        created_at: user.created_at,
        updated_at: user.updated_at,
    };
    Ok(users.iter().map(edited).collect())
}
