//! SQL queries for subscribers.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::subscriber::{LISTING, Subscriber, SubscriberId, SubscriberStatus};
use crate::db::{Backend, Conn, Key, Op, PageOf, PageQuery, Predicate, Timestamp, keyset};
use crate::error::Result;
use crate::newsletter::lists::ListId;
use crate::schema::{newsletter_lists, newsletter_mails, subscribers, subscriptions};

/// How long a subscriber can stay pending, in seconds.
const MAX_PENDING_TIME: i64 = 30 * 24 * 60 * 60;
/// The maximum number of rows in one statement.
const AT_ONCE: usize = 500;

/// Returns one page of subscribers.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Subscriber>> {
    let rows = subscribers::table.select(Subscriber::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, subscribers::table.into_boxed::<Backend>()))
}

/// Builds the filter by list, which the values name by id or key. The operator `exists` checks for a subscription to any list.
pub(super) fn is_on(op: Op, keys: &[Key]) -> Predicate<subscribers::table> {
    let names: Vec<String> = keys.iter().map(Key::text).collect();
    let on_any = subscriptions::table.select(subscriptions::subscriber_id);
    let on_these = subscriptions::table
        .inner_join(newsletter_lists::table)
        .filter(newsletter_lists::id.eq_any(names.clone()).or(newsletter_lists::key.eq_any(names)))
        .select(subscriptions::subscriber_id);
    match op {
        Op::Exists if keys.first().is_some_and(Key::truth) => Box::new(subscribers::id.eq_any(on_any)),
        Op::Exists => Box::new(subscribers::id.ne_all(on_any)),
        _ => Box::new(subscribers::id.eq_any(on_these)),
    }
}

/// Returns the subscriber with an id, if there is one.
pub(in crate::newsletter) fn look_up(conn: &mut Conn, id: SubscriberId) -> Result<Option<Subscriber>> {
    Ok(subscribers::table.filter(subscribers::id.eq(id)).select(Subscriber::as_select()).first(conn).optional()?)
}

/// Returns the subscriber with an email address, if there is one.
pub(in crate::newsletter) fn look_up_by_email(conn: &mut Conn, email: &str) -> Result<Option<Subscriber>> {
    Ok(subscribers::table.filter(subscribers::email.eq(email)).select(Subscriber::as_select()).first(conn).optional()?)
}

/// Returns the subscriber with the hash of an email address, if there is one.
pub(super) fn look_up_by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Subscriber>> {
    Ok(subscribers::table.filter(subscribers::email_hash.eq(hash)).select(Subscriber::as_select()).first(conn).optional()?)
}

/// Returns the email addresses among these that belong to subscribers, whatever their status.
pub(super) fn known(conn: &mut Conn, emails: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for some in emails.chunks(AT_ONCE) {
        let rows = subscribers::table.filter(subscribers::email.eq_any(some.to_vec()));
        found.extend(rows.select(subscribers::email).load::<String>(conn)?);
    }
    Ok(found)
}

/// Returns the next subscribers after an id, in id order.
pub(super) fn behind(
    conn: &mut Conn,
    before: Option<SubscriberId>,
    status: Option<SubscriberStatus>,
    list: Option<ListId>,
) -> Result<Vec<Subscriber>> {
    let mut rows = subscribers::table.select(Subscriber::as_select()).into_boxed::<Backend>();
    if let Some(before) = before {
        rows = rows.filter(subscribers::id.gt(before));
    }
    if let Some(status) = status {
        rows = rows.filter(subscribers::status.eq(status));
    }
    if let Some(list) = list {
        let on_it = subscriptions::table.filter(subscriptions::list_id.eq(list)).select(subscriptions::subscriber_id);
        rows = rows.filter(subscribers::id.eq_any(on_it));
    }
    Ok(rows.order(subscribers::id).limit(i64::try_from(AT_ONCE).unwrap_or(i64::MAX)).load(conn)?)
}

/// Counts all subscribers, or only the subscribers with a status, on a list, or both.
pub(super) fn count(conn: &mut Conn, status: Option<SubscriberStatus>, list: Option<ListId>) -> Result<i64> {
    let mut rows = subscribers::table.select(diesel::dsl::count_star()).into_boxed::<Backend>();
    if let Some(status) = status {
        rows = rows.filter(subscribers::status.eq(status));
    }
    if let Some(list) = list {
        let on_it = subscriptions::table.filter(subscriptions::list_id.eq(list)).select(subscriptions::subscriber_id);
        rows = rows.filter(subscribers::id.eq_any(on_it));
    }
    Ok(rows.get_result(conn)?)
}

/// Returns the lists of some subscribers, by subscriber.
pub(super) fn lists_of(conn: &mut Conn, ids: &[SubscriberId]) -> Result<HashMap<SubscriberId, HashSet<ListId>>> {
    let rows: Vec<(SubscriberId, ListId)> = subscriptions::table
        .filter(subscriptions::subscriber_id.eq_any(ids.to_vec()))
        .select((subscriptions::subscriber_id, subscriptions::list_id))
        .load(conn)?;
    let mut lists: HashMap<SubscriberId, HashSet<ListId>> = HashMap::new();
    for (subscriber, list) in rows {
        lists.entry(subscriber).or_default().insert(list);
    }
    Ok(lists)
}

/// Returns the lists of a subscriber.
pub(in crate::newsletter) fn list_ids(conn: &mut Conn, id: SubscriberId) -> Result<Vec<ListId>> {
    let own = subscriptions::table.filter(subscriptions::subscriber_id.eq(id));
    Ok(own.order(subscriptions::list_id).select(subscriptions::list_id).load(conn)?)
}

/// Stores a new subscriber.
pub(super) fn insert(conn: &mut Conn, subscriber: &Subscriber) -> Result<()> {
    diesel::insert_into(subscribers::table).values(subscriber).execute(conn)?;
    Ok(())
}

/// Stores a changed subscriber.
pub(super) fn update(conn: &mut Conn, subscriber: &Subscriber) -> Result<()> {
    diesel::update(subscriber).set(subscriber).execute(conn)?;
    Ok(())
}

/// Replaces the lists of a subscriber. Lists that were deleted meanwhile are ignored.
pub(super) fn put_lists(conn: &mut Conn, id: SubscriberId, lists: &[ListId]) -> Result<()> {
    diesel::delete(subscriptions::table.filter(subscriptions::subscriber_id.eq(id))).execute(conn)?;
    let there = newsletter_lists::table.filter(newsletter_lists::id.eq_any(lists.to_vec()));
    let there: Vec<ListId> = there.order(newsletter_lists::id).select(newsletter_lists::id).load(conn)?;
    add_lists(conn, id, &there)
}

/// Adds lists to a subscriber who has none.
pub(super) fn add_lists(conn: &mut Conn, id: SubscriberId, lists: &[ListId]) -> Result<()> {
    for list in lists {
        let row = (subscriptions::subscriber_id.eq(id), subscriptions::list_id.eq(*list));
        diesel::insert_into(subscriptions::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Deletes a subscriber and the stored emails to them.
pub(super) fn delete(conn: &mut Conn, id: SubscriberId) -> Result<()> {
    diesel::delete(subscribers::table.filter(subscribers::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes subscribers who have not confirmed within a month.
pub(in crate::newsletter) fn forget_pending(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    // A subscriber with a recent email can still confirm.
    let mailed = newsletter_mails::table.select(newsletter_mails::subscriber_id);
    let old = subscribers::table.filter(subscribers::status.eq(SubscriberStatus::Pending)).filter(subscribers::id.ne_all(mailed));
    Ok(diesel::delete(old.filter(subscribers::updated_at.lt(now.plus_seconds(-MAX_PENDING_TIME)))).execute(conn)?)
}
