//! How a page of a list looks: `data`, `page`, and the same in `Link` headers (RFC 8288).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::sparse;
use super::cache::canonical_query;
use super::request::Request;
use crate::app::App;
use crate::db::{PageOf, PageQuery, Position};
use crate::error::Result;
use crate::input::seal_cursor;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items of the page, in the order asked for.
    pub(crate) data: Vec<T>,
    /// Where the page lies in the list.
    pub(crate) page: PageInfo,
}

/// Where a page lies in its list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageInfo {
    /// How many items a page has at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub(crate) limit: usize,
    /// The cursor of the next page: send the same query with `cursor=` this. Null at the end.
    pub(crate) next: Option<String>,
    /// The cursor of the page before. Null at the beginning.
    pub(crate) prev: Option<String>,
    /// How many items the whole list has; counted only for `count=true`.
    #[schema(minimum = 0)]
    pub(crate) total: Option<i64>,
}

impl<T> Page<T> {
    /// A page within a larger answer, whose cursors the list itself takes.
    pub(crate) fn of(app: &App, query: &PageQuery, page: PageOf<T>) -> Self {
        let at = |position: Option<Position>| position.and_then(|position| seal_cursor(query, &position, &app.secrets));
        Self { data: page.rows, page: PageInfo { limit: query.limit, next: at(page.next), prev: at(page.prev), total: page.total } }
    }
}

/// Where the pages before and after one begin.
#[derive(Default)]
pub(super) struct Cursors {
    next: Option<String>,
    prev: Option<String>,
}

impl Cursors {
    pub(super) fn of<V>(app: &App, query: &PageQuery, page: &PageOf<V>) -> Self {
        let at = |position: &Option<Position>| position.as_ref().and_then(|position| seal_cursor(query, position, &app.secrets));
        Self { next: at(&page.next), prev: at(&page.prev) }
    }
}

/// A page as it is written: nothing is copied on the way, unless only some members are wanted.
#[derive(Serialize)]
pub(super) struct Written<'a, V> {
    data: Vec<Item<'a, V>>,
    page: PageInfo,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a, V> {
    Whole(&'a V),
    Sparse(Value),
}

pub(super) fn written<'a, V: Serialize>(query: &PageQuery, page: &'a PageOf<V>, cursors: &Cursors) -> Result<Written<'a, V>> {
    let item = |view: &'a V| match &query.fields {
        Some(fields) => Ok(Item::Sparse(sparse(serde_json::to_value(view)?, fields))),
        None => Ok(Item::Whole(view)),
    };
    let Cursors { next, prev } = cursors;
    Ok(Written {
        data: page.rows.iter().map(item).collect::<Result<_>>()?,
        page: PageInfo { limit: query.limit, next: next.clone(), prev: prev.clone(), total: page.total },
    })
}

pub(super) fn link_header(request: &Request, cursors: &Cursors) -> String {
    if cursors.next.is_none() && cursors.prev.is_none() {
        return String::new();
    }
    // In the order that they are kept in, so that an answer is the same however its question was spelled.
    let query_string = canonical_query(request.raw_query());
    let rest: Vec<&str> = query_string.split('&').filter(|piece| !piece.is_empty() && !piece.starts_with("cursor=")).collect();
    let base = format!("{}{}", request.app.config.links.api_url, request.path);
    let url = |cursor: Option<&String>| {
        let pieces: Vec<String> =
            rest.iter().map(|&piece| piece.to_owned()).chain(cursor.map(|cursor| format!("cursor={cursor}"))).collect();
        if pieces.is_empty() { base.clone() } else { format!("{base}?{}", pieces.join("&")) }
    };
    let relation =
        |cursor: &Option<String>, relation: &str| cursor.as_ref().map(|cursor| format!("<{}>; rel=\"{relation}\"", url(Some(cursor))));
    let first = Some(format!("<{}>; rel=\"first\"", url(None)));
    [relation(&cursors.next, "next"), relation(&cursors.prev, "prev"), first].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
