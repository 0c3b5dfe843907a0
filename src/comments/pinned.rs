//! The pinned comment, which comes before all others in every sort order.
//!
//! The sort order uses an index and does not include the pinned comment. The comment is inserted at the start of the
//! first page and excluded everywhere else.

use super::comment::{Comment, LISTING};
use super::queries;
use crate::articles::ArticleId;
use crate::db::{Conn, Key, PageOf, PageQuery, Position};
use crate::error::Result;

/// Returns one page of an article's comments, the pinned one first.
pub(super) fn page(conn: &mut Conn, article: ArticleId, query: &PageQuery) -> Result<PageOf<Comment>> {
    let Some(pinned) = queries::pinned(conn, article)? else { return queries::page(conn, article, query, None) };
    match &query.position {
        None => first(conn, article, query, pinned),
        Some(position) if position.backward => back(conn, article, query, pinned),
        Some(_) => queries::page(conn, article, query, Some(pinned.id)),
    }
}

/// Returns the first page, with one row fewer from the list.
fn first(conn: &mut Conn, article: ArticleId, query: &PageQuery, pinned: Comment) -> Result<PageOf<Comment>> {
    let alone = query.limit <= 1;
    let rest = PageQuery { limit: query.limit.saturating_sub(1).max(1), ..query.clone() };
    let mut page = queries::page(conn, article, &rest, Some(pinned.id))?;
    if alone {
        page.next = (!page.rows.is_empty()).then(|| beginning(query, false));
        page.rows.clear();
        page.places.clear();
    }
    Ok(with_pinned(page, query, pinned))
}

/// Returns a page read backwards. The pinned comment goes before the list's first row, on this page if it has room,
/// else on the page before it.
fn back(conn: &mut Conn, article: ArticleId, query: &PageQuery, pinned: Comment) -> Result<PageOf<Comment>> {
    let mut page = queries::page(conn, article, query, Some(pinned.id))?;
    if page.prev.is_some() {
        return Ok(page);
    }
    if page.rows.len() >= query.limit {
        page.prev = Some(beginning(query, true));
        return Ok(page);
    }
    if page.rows.is_empty() {
        page.next = Some(beginning(query, false));
    }
    Ok(with_pinned(page, query, pinned))
}

/// Inserts the pinned comment at the start of a page, with the position that follows it.
fn with_pinned(mut page: PageOf<Comment>, query: &PageQuery, pinned: Comment) -> PageOf<Comment> {
    if !page.places.is_empty() {
        page.places.insert(0, beginning(query, false));
    }
    page.rows.insert(0, pinned);
    page
}

/// Returns the position before the first comment that is not pinned.
fn beginning(query: &PageQuery, backward: bool) -> Position {
    let lowest = |(index, descending): &(usize, bool)| {
        let ranks = LISTING.fields.get(*index).is_some_and(|field| field.name == "top");
        let farthest = if ranks { i64::from(i32::MAX) } else { i64::MAX };
        Key::Int(if *descending { farthest } else { -farthest })
    };
    let last = query.sort.last().is_some_and(|(_, descending)| *descending);
    // Ids are hexadecimal: none sorts before "" or after "~".
    let id = if last { "~" } else { "" };
    Position { keys: query.sort.iter().map(lowest).collect(), id: id.to_owned(), backward }
}
