//! SQL queries for lists.

use diesel::prelude::*;

use super::list::{LISTING, ListId, NewsletterList};
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, is_id_or_slug, keyset};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::{newsletter_lists, subscriptions};

/// Returns one page of the public lists or, with `all`, of all lists.
pub(super) fn page(conn: &mut Conn, query: &PageQuery, all: bool) -> Result<PageOf<NewsletterList>> {
    let mut rows = newsletter_lists::table.select(NewsletterList::as_select()).into_boxed::<Backend>();
    let mut count = newsletter_lists::table.into_boxed::<Backend>();
    if !all {
        rows = rows.filter(newsletter_lists::is_public.eq(true));
        count = count.filter(newsletter_lists::is_public.eq(true));
    }
    Ok(keyset!(conn, LISTING, query, rows, count))
}

/// Returns all lists, sorted by name.
pub(in crate::newsletter) fn all(conn: &mut Conn) -> Result<Vec<NewsletterList>> {
    let lists = newsletter_lists::table.order((newsletter_lists::name_key, newsletter_lists::id));
    Ok(lists.select(NewsletterList::as_select()).load(conn)?)
}

/// Returns the lists for readers who choose none.
pub(in crate::newsletter) fn defaults(conn: &mut Conn) -> Result<Vec<ListId>> {
    let lists = newsletter_lists::table.filter(newsletter_lists::is_public.eq(true)).filter(newsletter_lists::is_default.eq(true));
    Ok(lists.order(newsletter_lists::id).select(newsletter_lists::id).load(conn)?)
}

/// Returns the list with an id or key, if there is one.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<NewsletterList>> {
    let name = name.to_lowercase();
    let query = newsletter_lists::table.select(NewsletterList::as_select()).into_boxed::<Backend>();
    let query =
        if Id::<()>::is_shape(&name) { query.filter(newsletter_lists::id.eq(name)) } else { query.filter(newsletter_lists::key.eq(name)) };
    Ok(query.first(conn).optional()?)
}

/// Returns the list with an id or key.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<NewsletterList> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Returns the id of the list that a request body names.
pub(in crate::newsletter) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    Ok(look_up(conn, name)?.map(|list| list.id.to_string()))
}

/// Returns the id of the public list that a request body names.
pub(in crate::newsletter) fn find_public_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    Ok(look_up(conn, name)?.filter(|list| list.is_public).map(|list| list.id.to_string()))
}

/// Counts the subscribers of a list.
pub(super) fn count_subscribers(conn: &mut Conn, id: ListId) -> Result<i64> {
    Ok(subscriptions::table.filter(subscriptions::list_id.eq(id)).count().get_result(conn)?)
}

/// Stores a new list.
pub(super) fn insert(conn: &mut Conn, list: &NewsletterList) -> Result<()> {
    conflict_on(diesel::insert_into(newsletter_lists::table).values(list).execute(conn), || key_conflict(&list.key))?;
    Ok(())
}

/// Stores a changed list.
pub(super) fn update(conn: &mut Conn, list: &NewsletterList) -> Result<()> {
    conflict_on(diesel::update(list).set(list).execute(conn), || key_conflict(&list.key))?;
    Ok(())
}

/// Builds the error for a key that another list has.
pub(super) fn key_conflict(key: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another list has the key {key:?}."))
}

/// Deletes a list and its subscriptions.
pub(super) fn delete(conn: &mut Conn, id: ListId) -> Result<()> {
    diesel::delete(newsletter_lists::table.filter(newsletter_lists::id.eq(id))).execute(conn)?;
    Ok(())
}
