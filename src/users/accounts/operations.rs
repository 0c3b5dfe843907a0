//! What administrators can do with accounts: plain functions of connection, caller and input.

use serde_json::{Value, json};

use super::ending::end_access;
use super::queries;
use super::user::{User, UserChange, UserDraft, UserView};
use crate::app::App;
use crate::authors;
use crate::db::{Conn, PageOf, PageQuery, lock};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, Event};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::scrub::{self, Scrub};
use crate::users::caller::{Admin, Caller};
use crate::users::{mailed, passwords};

/// One page of accounts.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Edited<UserView>>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| edited_all(app, conn, &rows))
}

/// One account.
pub(super) fn read(app: &App, conn: &mut Conn, id: &str) -> Result<Edited<UserView>> {
    let user = queries::find(conn, id)?;
    edited(app, conn, &user)
}

/// A parsed draft of an account, whose password may be hashed.
pub(super) fn parse(input: &Input) -> Result<UserDraft> {
    let draft = input.plain::<UserDraft>()?;
    match passwords::check("/password", &draft.password, &draft.email.0) {
        None => Ok(draft),
        Some(fault) => Err(Error::invalid(vec![fault])),
    }
}

/// An account to be.
pub(in crate::users) struct NewAccount {
    /// The account.
    pub(in crate::users) user: User,
    /// Whether it gets an author's profile, if it may write.
    pub(in crate::users) profile: bool,
}

/// Stores a new account; `actor` is who made it, nobody where it was the command line.
pub(in crate::users) fn create(app: &App, conn: &mut Conn, actor: Option<String>, account: &NewAccount) -> Result<Edited<UserView>> {
    let NewAccount { user, profile } = account;
    queries::insert(conn, user)?;
    let author = if *profile { authors::provide(app, conn, user)? } else { None };
    let event = happened("user.created", user, json!({"role": user.role, "suspended": user.suspended, "author": author}));
    events::record(conn, app.now(), Event { actor, ..event })?;
    edited(app, conn, user)
}

/// What changes an account, and on which condition.
#[derive(Clone)]
pub(super) struct Revision {
    pub(super) id: String,
    pub(super) condition: Precondition,
    pub(super) input: Input,
    /// The new password's hash, where the body has a password that can be one.
    pub(super) password_hash: Option<String>,
}

/// Changes an account, by replacement or by merge patch; without a caller, it is the command line that does.
pub(super) fn revise(app: &App, conn: &mut Conn, caller: Option<&Caller<Admin>>, revision: Revision) -> Result<Edited<UserView>> {
    lock(conn, "admins")?;
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
        // Administrators have the last word.
        mailed::forget_confirmations(conn, user.id, app.now())?;
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
    // Who takes the profile of a writer away wants it so; it comes with the right to write alone.
    if !wrote {
        authors::provide(app, conn, &user)?;
    }
    let details = json!({"role": user.role, "suspended": user.suspended, "password_changed": has_password});
    events::record(conn, app.now(), Event { actor: caller.and_then(Caller::actor), ..happened("user.revised", &user, details) })?;
    edited(app, conn, &user)
}

fn check_password(caller: &Caller<Admin>, user: &User, change: &UserChange) -> Result<()> {
    let Some(password) = &change.password else { return Ok(()) };
    if caller.session.is_none() {
        return Err(Error::forbidden("An API key can't change passwords; log in."));
    }
    let fault = if caller.user == user.id {
        Some(Fault::at("/password", "own_password", "Change your own password at /api/v1/auth/password, which asks for the current one."))
    } else {
        passwords::check("/password", password, &change.email.0)
    };
    fault.map_or(Ok(()), |fault| Err(Error::invalid(vec![fault])))
}

/// Deletes an account, which ends its sessions, keys and kept answers; its comments stay, without addresses.
pub(super) fn delete(app: &App, conn: &mut Conn, actor: Option<String>, id: &str, condition: &Precondition) -> Result<()> {
    lock(conn, "admins")?;
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
    events::record(conn, app.now(), Event { actor, ..happened("user.deleted", &user, Value::Null) })?;
    scrub::ask(app, conn, Scrub::People)
}

fn demand_other_admin(conn: &mut Conn, user: &User) -> Result<()> {
    if queries::has_other_admin(conn, user.id)? {
        return Ok(());
    }
    Err(Error::new(Code::LastAdmin, "This is the last administrator who can log in. Make another one first."))
}

/// The account with an id, which nobody else changes until this transaction ends.
pub(super) fn locked(conn: &mut Conn, id: &str) -> Result<User> {
    let id = id.parse().map_err(|_| Error::not_found())?;
    queries::locked(conn, id)?.ok_or_else(Error::not_found)
}

/// What the audit log says of an account; nobody's doing until an actor is named.
pub(in crate::users) fn happened(kind: &'static str, user: &User, details: Value) -> Event {
    Event { kind, actor: None, subject_kind: "user", subject_id: user.id.to_string(), tags: vec![format!("user:{}", user.id)], details }
}

/// An account with its version and times.
pub(super) fn edited(app: &App, conn: &mut Conn, user: &User) -> Result<Edited<UserView>> {
    edited_all(app, conn, std::slice::from_ref(user))?.pop().ok_or_else(Error::not_found)
}

fn edited_all(app: &App, conn: &mut Conn, users: &[User]) -> Result<Vec<Edited<UserView>>> {
    let ids: Vec<_> = users.iter().map(|user| user.id).collect();
    let profiles = queries::profiles(conn, &ids)?;
    let pending = mailed::pending_addresses(conn, users, app.now())?;
    let edited = |user: &User| Edited {
        view: user.view(profiles.get(&user.id).copied(), pending.get(&user.id).cloned()),
        version: user.version,
        created_at: user.created_at,
        updated_at: user.updated_at,
    };
    Ok(users.iter().map(edited).collect())
}
