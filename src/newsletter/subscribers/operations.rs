//! Operations on subscribers: functions of a connection, a caller and parsed input.

use serde_json::Value;

use super::queries;
use super::subscriber::{Subscriber, SubscriberId, SubscriberStatus, SubscriberView};
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::newsletter::lists::{self, ListId};
use crate::newsletter::suppressions::{self, SuppressionReason};
use crate::newsletter::{address_hash, optin};
use crate::scrub::{self, Scrub};
use crate::users::{Caller, Editor};

/// Returns one page of subscribers.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<SubscriberView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| views(conn, rows))
}

/// Returns a subscriber as editors see them.
pub(super) fn read(conn: &mut Conn, id: &str) -> Result<SubscriberView> {
    let found = id.parse().ok().map(|id| queries::look_up(conn, id)).transpose()?.flatten();
    let views = views(conn, found.into_iter().collect())?;
    views.into_iter().next().ok_or_else(Error::not_found)
}

fn views(conn: &mut Conn, rows: Vec<Subscriber>) -> Result<Vec<SubscriberView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let (all, mut chosen) = (lists::all(conn)?, queries::lists_of(conn, &ids)?);
    let view = |row: Subscriber| {
        let own = chosen.remove(&row.id).unwrap_or_default();
        let cards = all.iter().filter(|list| own.contains(&list.id)).map(lists::NewsletterList::card).collect();
        row.view(cards)
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Erases a subscriber. If their email address is suppressed, the suppression survives as a keyed hash.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<SubscriberId>() else { return Ok(()) };
    let Some(subscriber) = queries::look_up(conn, id)? else { return Ok(()) };
    erase(app, conn, caller.actor(), &subscriber)?;
    scrub::ask(app, conn, Scrub::People)
}

/// Deletes a subscriber with the sign-ups that are queued for their email address.
fn erase(app: &App, conn: &mut Conn, actor: Option<String>, subscriber: &Subscriber) -> Result<()> {
    optin::forget_requests(app, conn, &subscriber.email)?;
    queries::delete(conn, subscriber.id)?;
    events::record(conn, app.now(), Event { actor, ..event(EventKind::SubscriberDeleted, subscriber.id) })
}

/// Erases the subscriber with an email address, if there is one, and the sign-ups queued for it. Returns whether
/// there was a subscriber.
pub(in crate::newsletter) fn erase_by_email(app: &App, conn: &mut Conn, actor: Option<String>, email: &str) -> Result<bool> {
    Lock::Email.take_for(conn, email)?;
    match queries::look_up_by_email(conn, email)? {
        Some(subscriber) => erase(app, conn, actor, &subscriber).map(|()| true),
        None => optin::forget_requests(app, conn, email).map(|()| false),
    }
}

/// Returns the subscriber with an email address, if there is one.
pub(in crate::newsletter) fn read_by_email(conn: &mut Conn, email: &str) -> Result<Option<SubscriberView>> {
    let found = queries::look_up_by_email(conn, email)?;
    Ok(views(conn, found.into_iter().collect())?.pop())
}

/// Stores a pending subscriber for an email address.
pub(in crate::newsletter) fn make_pending(app: &App, conn: &mut Conn, email: &str) -> Result<Subscriber> {
    let subscriber = Subscriber::pending(email.to_owned(), address_hash(app, email), app.now());
    queries::insert(conn, &subscriber)?;
    events::record(conn, app.now(), event(EventKind::SubscriberCreated, subscriber.id))?;
    Ok(subscriber)
}

/// Confirms a subscriber and adds the lists `more` to their earlier lists.
pub(in crate::newsletter) fn confirm(
    app: &App,
    conn: &mut Conn,
    mut subscriber: Subscriber,
    name: Option<String>,
    more: &[ListId],
) -> Result<()> {
    let now = app.now();
    suppressions::forget(conn, &subscriber.email_hash)?;
    let mut lists = queries::list_ids(conn, subscriber.id)?;
    lists.extend(more);
    queries::put_lists(conn, subscriber.id, &lists)?;
    subscriber.name = name.or(subscriber.name);
    subscriber.status = SubscriberStatus::Confirmed;
    subscriber.confirmed_at = Some(now);
    subscriber.unsubscribed_at = None;
    subscriber.updated_at = now;
    queries::update(conn, &subscriber)?;
    events::record(conn, now, event(EventKind::SubscriberConfirmed, subscriber.id))
}

/// Changes the name and the lists of a subscriber.
pub(in crate::newsletter) fn revise(
    app: &App,
    conn: &mut Conn,
    mut subscriber: Subscriber,
    name: Option<String>,
    lists: &[ListId],
) -> Result<Subscriber> {
    subscriber.name = name;
    subscriber.updated_at = app.now();
    queries::put_lists(conn, subscriber.id, lists)?;
    queries::update(conn, &subscriber)?;
    events::record(conn, app.now(), event(EventKind::SubscriberRevised, subscriber.id))?;
    Ok(subscriber)
}

/// Unsubscribes a subscriber. Has no effect if they are unsubscribed or suppressed already.
pub(in crate::newsletter) fn unsubscribe(app: &App, conn: &mut Conn, subscriber: &Subscriber) -> Result<()> {
    // A suppressed subscriber gets no email, and the reason for the suppression must be kept.
    if matches!(subscriber.status, SubscriberStatus::Unsubscribed | SubscriberStatus::Suppressed) {
        return Ok(());
    }
    let now = app.now();
    suppressions::suppress(conn, &subscriber.email_hash, SuppressionReason::Unsubscribed, now)?;
    stop(conn, &subscriber.email, SuppressionReason::Unsubscribed, now)?;
    events::record(conn, now, event(EventKind::SubscriberUnsubscribed, subscriber.id))
}

/// Ends the subscription of an email address, if there is one, and invalidates the unused confirmation tokens.
pub(in crate::newsletter) fn stop(conn: &mut Conn, email: &str, reason: SuppressionReason, now: Timestamp) -> Result<()> {
    let Some(mut subscriber) = queries::look_up_by_email(conn, email)? else { return Ok(()) };
    optin::forget_confirmations(conn, subscriber.id, now)?;
    if reason == SuppressionReason::Unsubscribed {
        queries::put_lists(conn, subscriber.id, &[])?;
        subscriber.status = SubscriberStatus::Unsubscribed;
        subscriber.unsubscribed_at = Some(now);
    } else {
        subscriber.status = SubscriberStatus::Suppressed;
    }
    subscriber.updated_at = now;
    queries::update(conn, &subscriber)
}

/// Restores the status that a suppressed subscriber had before.
pub(in crate::newsletter) fn let_go(conn: &mut Conn, email_hash: &str, now: Timestamp) -> Result<()> {
    let found = queries::look_up_by_hash(conn, email_hash)?.filter(|subscriber| subscriber.status == SubscriberStatus::Suppressed);
    let Some(mut subscriber) = found else { return Ok(()) };
    subscriber.status = match (subscriber.unsubscribed_at, subscriber.confirmed_at) {
        (Some(_), _) => SubscriberStatus::Unsubscribed,
        (None, Some(_)) => SubscriberStatus::Confirmed,
        (None, None) => SubscriberStatus::Pending,
    };
    if subscriber.status == SubscriberStatus::Unsubscribed {
        queries::put_lists(conn, subscriber.id, &[])?;
    }
    subscriber.updated_at = now;
    queries::update(conn, &subscriber)
}

/// Builds an event about a subscriber, without an actor. The id does not reveal the person.
pub(in crate::newsletter) fn event(kind: EventKind, id: SubscriberId) -> Event {
    Event { kind, actor: None, subject_kind: "subscriber", subject_id: id.to_string(), tags: Vec::new(), details: Value::Null }
}
