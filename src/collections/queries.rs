//! SQL queries for collections.

use std::collections::HashMap;

use diesel::prelude::*;

use super::collection::{Collection, CollectionId, LISTING};
use crate::articles::ArticleId;
use crate::db::{Backend, Conn, PageOf, PageQuery, in_list, keyset};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::{collection_items, collections, publications};

/// Returns a page of collections.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Collection>> {
    let rows = collections::table.select(Collection::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, collections::table.into_boxed::<Backend>()))
}

/// Returns the collection with this key, if it exists; case is ignored.
pub(super) fn look_up(conn: &mut Conn, key: &str) -> Result<Option<Collection>> {
    let query = collections::table.filter(collections::key.eq(key.to_lowercase())).select(Collection::as_select());
    Ok(query.first(conn).optional()?)
}

/// Returns the collection with this key, or `404`.
pub(super) fn find(conn: &mut Conn, key: &str) -> Result<Collection> {
    look_up(conn, key)?.ok_or_else(Error::not_found)
}

/// Returns the articles of a collection, published or not, in order.
pub(super) fn items(conn: &mut Conn, id: CollectionId) -> Result<Vec<ArticleId>> {
    Ok(collection_items::table
        .filter(collection_items::collection_id.eq(id))
        .order(collection_items::position)
        .select(collection_items::article_id)
        .load(conn)?)
}

/// Returns the first collections, by key.
pub(super) fn first(conn: &mut Conn, most: i64) -> Result<Vec<Collection>> {
    let order = (collections::key, collections::id);
    Ok(collections::table.order(order).limit(most).select(Collection::as_select()).load(conn)?)
}

/// Returns the first published articles of each of these collections, in order.
pub(super) fn first_public_items(conn: &mut Conn, ids: &[CollectionId], most: i64) -> Result<HashMap<CollectionId, Vec<ArticleId>>> {
    let rows: Vec<(CollectionId, ArticleId)> = collection_items::table
        .filter(in_list(collection_items::collection_id, ids))
        .filter(collection_items::article_id.eq_any(publications::table.select(publications::id)))
        .order((collection_items::collection_id, collection_items::position))
        .select((collection_items::collection_id, collection_items::article_id))
        .load(conn)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut items: HashMap<CollectionId, Vec<ArticleId>> = HashMap::new();
    for (collection, article) in rows {
        let articles = items.entry(collection).or_default();
        if articles.len() < most {
            articles.push(article);
        }
    }
    Ok(items)
}

/// Stores a new collection.
pub(super) fn insert(conn: &mut Conn, collection: &Collection) -> Result<()> {
    conflict_on(diesel::insert_into(collections::table).values(collection).execute(conn), || key_conflict(&collection.key))?;
    Ok(())
}

/// Stores a changed collection.
pub(super) fn update(conn: &mut Conn, collection: &Collection) -> Result<()> {
    conflict_on(diesel::update(collection).set(collection).execute(conn), || key_conflict(&collection.key))?;
    Ok(())
}

/// The error for a key that another collection has.
pub(super) fn key_conflict(key: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another collection has the key {key:?}."))
}

/// Stores the articles of a collection, in order.
pub(super) fn put_items(conn: &mut Conn, id: CollectionId, items: &[ArticleId]) -> Result<()> {
    diesel::delete(collection_items::table.filter(collection_items::collection_id.eq(id))).execute(conn)?;
    for (position, article) in (0_i32..).zip(items) {
        let row =
            (collection_items::collection_id.eq(id), collection_items::position.eq(position), collection_items::article_id.eq(*article));
        diesel::insert_into(collection_items::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Deletes a collection, but not its articles.
pub(super) fn delete(conn: &mut Conn, id: CollectionId) -> Result<()> {
    diesel::delete(collections::table.filter(collections::id.eq(id))).execute(conn)?;
    Ok(())
}
