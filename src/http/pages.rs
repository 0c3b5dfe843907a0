//! The form of a page of a list: `data`, `page`, and the same links in `Link` headers (RFC 8288).

use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::bytes;
use super::cache::canonical_query;
use super::request::Request;
use crate::app::App;
use crate::db::{PageOf, PageQuery, Position};
use crate::error::Result;
use crate::input::{Selected, seal_cursor};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items of the page, in the requested order.
    pub(crate) data: Vec<T>,
    /// The position of the page in the list.
    pub(crate) page: PageInfo,
}

/// The position of a page in its list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageInfo {
    /// The maximum number of items of the page. A page with long items has fewer, so that it is no longer than 1 MiB; `next` continues
    /// the list.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub(crate) limit: usize,
    /// The cursor of the next page: repeat the query with `cursor=` and this value. `null` on the last page.
    pub(crate) next: Option<String>,
    /// The cursor of the previous page. `null` on the first page.
    pub(crate) prev: Option<String>,
    /// The number of items in the whole list; counted only with `count=true`.
    #[schema(minimum = 0)]
    pub(crate) total: Option<i64>,
}

impl<T: Serialize> Page<T> {
    /// Creates a page within a larger response. The operation that returns the list alone accepts the cursors of this page.
    pub(crate) fn of(app: &App, query: &PageQuery, mut page: PageOf<T>) -> Result<Self> {
        let all = page.rows.len();
        let fit = if page.places.len() == all { fitting(query, &page)? } else { all };
        let (next, prev, kept) = page.part(fit, query.is_backward());
        let Cursors { next, prev } = Cursors::of(app, query, next.as_ref(), prev.as_ref());
        page.rows.truncate(kept.end);
        page.rows.drain(..kept.start);
        Ok(Self { data: page.rows, page: PageInfo { limit: query.limit, next, prev, total: page.total } })
    }
}

/// The cursors of the pages before and after a page.
#[derive(Default)]
pub(super) struct Cursors {
    next: Option<String>,
    prev: Option<String>,
}

impl Cursors {
    fn of(app: &App, query: &PageQuery, next: Option<&Position>, prev: Option<&Position>) -> Self {
        let at = |position: Option<&Position>| position.and_then(|position| seal_cursor(query, position, &app.secrets));
        Self { next: at(next), prev: at(prev) }
    }
}

/// The maximum size of a page of a list, in bytes, unless a single item is larger.
pub(crate) const MAX_PAGE: usize = 1024 * 1024;

/// Serializes a page. A page that is too long ends early, and its cursor continues the list.
pub(super) fn laid_out<V: Serialize>(app: &App, query: &PageQuery, page: &PageOf<V>) -> Result<(Bytes, Cursors)> {
    let cursors = Cursors::of(app, query, page.next.as_ref(), page.prev.as_ref());
    let whole = bytes(&serialized_page(query, page, 0..page.rows.len(), &cursors)?)?;
    if whole.len() <= MAX_PAGE || page.places.len() != page.rows.len() {
        return Ok((whole, cursors));
    }
    let (next, prev, kept) = page.part(fitting(query, page)?, query.is_backward());
    let cursors = Cursors::of(app, query, next.as_ref(), prev.as_ref());
    Ok((bytes(&serialized_page(query, page, kept, &cursors)?)?, cursors))
}

/// Returns the size of a serialized view, in bytes.
pub(crate) fn length<V: Serialize>(view: &V) -> Result<usize> {
    Ok(bytes(view)?.len())
}

/// Returns the number of items that fit on a page, at least one. Counts from the item next to the cursor.
fn fitting<V: Serialize>(query: &PageQuery, page: &PageOf<V>) -> Result<usize> {
    let mut left = MAX_PAGE;
    let backward = query.is_backward();
    let mut fit = 0;
    for index in 0..page.rows.len() {
        let index = if backward { page.rows.len() - 1 - index } else { index };
        let Some(row) = page.rows.get(index) else { break };
        let size = length(&query.selection.of(row)?)?;
        if size > left && fit > 0 {
            break;
        }
        left = left.saturating_sub(size);
        fit += 1;
    }
    Ok(fit)
}

/// A page for serialization.
#[derive(Serialize)]
struct SerializedPage<'a, V> {
    data: Vec<Selected<'a, V>>,
    page: PageInfo,
}

fn serialized_page<'a, V: Serialize>(
    query: &PageQuery,
    page: &'a PageOf<V>,
    rows: Range<usize>,
    cursors: &Cursors,
) -> Result<SerializedPage<'a, V>> {
    let Cursors { next, prev } = cursors;
    Ok(SerializedPage {
        data: page.rows.get(rows).into_iter().flatten().map(|view| query.selection.of(view)).collect::<serde_json::Result<_>>()?,
        page: PageInfo { limit: query.limit, next: next.clone(), prev: prev.clone(), total: page.total },
    })
}

pub(super) fn link_header(request: &Request, cursors: &Cursors) -> String {
    if cursors.next.is_none() && cursors.prev.is_none() {
        return String::new();
    }
    // The parameters are in the order of the cache key, so that a response does not depend on how its URL was written.
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
