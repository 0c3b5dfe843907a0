//! The fields of a list, in one table, and keyset pagination.
//!
//! The same table parses the query string, generates the OpenAPI parameters and builds the SQL, so the three always agree.

use diesel::BoolExpressionMethods;
use diesel::expression::BoxableExpression;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use super::columns::{Column, Key, Op, Ordering, Predicate};
use super::conn::Backend;
use crate::input::{Kind, Selectable, Selection};

/// A field by which a list can be filtered or sorted.
pub(crate) struct Field<T: 'static, R: 'static> {
    /// The name in the query string.
    pub(crate) name: &'static str,
    /// The type of the values.
    pub(crate) kind: Kind,
    /// The supported operators; empty if the list can be sorted, but not filtered, by this field.
    pub(crate) ops: &'static [Op],
    /// How to compare the column.
    pub(crate) column: Column<T>,
    /// Returns the sort key of a row; `None` if the list cannot be sorted by this field.
    pub(crate) key: Option<fn(&R) -> Key>,
    /// The meaning of the field, for the documentation.
    pub(crate) about: &'static str,
}

/// The definition of a list.
pub(crate) struct Listing<T: 'static, R: 'static> {
    /// The fields by which the list can be filtered or sorted.
    pub(crate) fields: &'static [Field<T, R>],
    /// The default order, in the notation of `sort=`.
    pub(crate) default_sort: &'static str,
    /// The members of an item that a request can select.
    pub(crate) members: fn() -> &'static Selectable,
    /// The id column, which breaks ties.
    pub(crate) id: Column<T>,
    /// Returns the id of a row.
    pub(crate) id_of: fn(&R) -> String,
}

/// A position between two rows of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The sort keys of the row.
    #[serde(rename = "k")]
    pub(crate) keys: Vec<Key>,
    /// The id of the row.
    #[serde(rename = "i")]
    pub(crate) id: String,
    /// Whether the page before the row is wanted, not the one after it.
    #[serde(rename = "b")]
    pub(crate) backward: bool,
}

/// A parsed list query; indexes refer to the fields of the listing.
#[derive(Clone, Debug)]
pub(crate) struct PageQuery {
    pub(crate) filters: Vec<(usize, Op, Vec<Key>)>,
    pub(crate) sort: Vec<(usize, bool)>,
    pub(crate) limit: usize,
    pub(crate) position: Option<Position>,
    pub(crate) count: bool,
    pub(crate) selection: Selection,
    /// Whether the rows always have texts, whatever the query includes.
    pub(crate) has_texts: bool,
    /// The hash that ties a cursor to its query.
    pub(crate) fingerprint: u64,
}

/// One page of rows, and the positions of the next and the previous page.
pub(crate) struct PageOf<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) next: Option<Position>,
    pub(crate) prev: Option<Position>,
    pub(crate) total: Option<i64>,
    /// The position of each row; empty if the page cannot be too long for a response.
    pub(crate) places: Vec<Position>,
}

/// The number of long items that are made before their total size is checked.
const MADE_AT_ONCE: usize = 20;
/// The number of rows without their texts that always fit into a response.
const MAX_SMALL: usize = 20;

impl PageQuery {
    /// Returns whether the page before a row is wanted, not the one after it.
    pub(crate) fn is_backward(&self) -> bool {
        self.position.as_ref().is_some_and(|position| position.backward)
    }

    /// Returns the query for rows that always have texts.
    pub(crate) fn of_texts(self) -> Self {
        Self { has_texts: true, ..self }
    }

    /// Returns whether a page of this query can be too long for a response.
    pub(crate) fn can_be_long(&self) -> bool {
        self.limit > MAX_SMALL || self.has_texts || self.selection.wants("body")
    }
}

impl<R> PageOf<R> {
    /// Converts the rows of the page.
    pub(crate) fn with_rows<V>(self, convert: impl FnOnce(Vec<R>) -> crate::error::Result<Vec<V>>) -> crate::error::Result<PageOf<V>> {
        Ok(PageOf { rows: convert(self.rows)?, next: self.next, prev: self.prev, total: self.total, places: self.places })
    }

    /// Returns the next and the previous position of a part of the page, and the range of rows that form this part: the `keep` rows
    /// next to the cursor.
    pub(crate) fn part(&self, keep: usize, backward: bool) -> (Option<Position>, Option<Position>, std::ops::Range<usize>) {
        let all = self.rows.len();
        let kept = if backward { all.saturating_sub(keep)..all } else { 0..keep.min(all) };
        let at = |index: usize, backward: bool| self.places.get(index).map(|place| Position { backward, ..place.clone() });
        let next = if kept.end < all { at(kept.end.saturating_sub(1), false) } else { self.next.clone() };
        let prev = if kept.start > 0 { at(kept.start, true) } else { self.prev.clone() };
        (next, prev, kept)
    }

    /// Converts the rows of a page of long items, some at a time, beginning with the row next to the cursor. Stops before the items
    /// have more than `max` bytes, but not before the first item.
    pub(crate) fn within<V>(
        mut self,
        (max, backward): (usize, bool),
        mut make: impl FnMut(Vec<R>) -> crate::error::Result<Vec<(V, usize)>>,
    ) -> crate::error::Result<PageOf<V>> {
        let all = self.rows.len();
        if backward {
            self.rows.reverse();
        }
        let (mut views, mut size, mut rows) = (Vec::new(), 0, std::mem::take(&mut self.rows).into_iter());
        'page: while rows.len() > 0 {
            for (view, bytes) in make(rows.by_ref().take(MADE_AT_ONCE).collect())? {
                size += bytes;
                if size > max && !views.is_empty() && !self.places.is_empty() {
                    break 'page;
                }
                views.push(view);
            }
        }
        if backward {
            views.reverse();
        }
        let counted = PageOf { rows: vec![(); all], next: self.next, prev: self.prev, total: self.total, places: self.places };
        let (next, prev, kept) = counted.part(views.len(), backward);
        let places = counted.places.get(kept).map(<[Position]>::to_vec).unwrap_or_default();
        Ok(PageOf { rows: views, next, prev, total: counted.total, places })
    }
}

impl<T, R> Listing<T, R>
where
    T: 'static,
    Predicate<T>: BoxableExpression<T, Backend, SqlType = Bool>,
    diesel::dsl::And<Predicate<T>, Predicate<T>>: BoxableExpression<T, Backend, SqlType = Bool>,
    diesel::dsl::Or<Predicate<T>, Predicate<T>>: BoxableExpression<T, Backend, SqlType = Bool>,
{
    /// Returns the conditions of the filters.
    pub(crate) fn predicates(&self, query: &PageQuery) -> Vec<Predicate<T>> {
        query
            .filters
            .iter()
            .filter_map(|(index, op, keys)| self.fields.get(*index).map(|field| (field.column.compare)(*op, keys)))
            .collect()
    }

    /// Returns the condition that a row lies beyond the cursor.
    pub(crate) fn beyond(&self, query: &PageQuery) -> Option<Predicate<T>> {
        let position = query.position.as_ref()?;
        let beyond = |descending: bool| if descending == position.backward { Op::Gt } else { Op::Lt };
        let last = query.sort.last().is_some_and(|(_, descending)| *descending);
        let mut predicate = (self.id.compare)(beyond(last), &[Key::Text(position.id.clone())]);
        for ((index, descending), key) in query.sort.iter().zip(&position.keys).rev() {
            let column = &self.fields.get(*index)?.column;
            let key = std::slice::from_ref(key);
            let op = beyond(*descending);
            let reach = if op == Op::Gt { Op::Gte } else { Op::Lte };
            // `k >= x AND (k > x OR …)` lets both engines use an index from the cursor on.
            let inside: Predicate<T> = Box::new((column.compare)(op, key).or(predicate));
            predicate = Box::new((column.compare)(reach, key).and(inside));
        }
        Some(predicate)
    }

    /// Returns the terms of `ORDER BY`, reversed for the page before a row.
    pub(crate) fn orderings(&self, query: &PageQuery) -> Vec<Ordering<T>> {
        let backward = query.position.as_ref().is_some_and(|position| position.backward);
        let last = query.sort.last().is_some_and(|(_, descending)| *descending);
        let columns = query.sort.iter().filter_map(|(index, descending)| Some((&self.fields.get(*index)?.column, *descending)));
        columns
            .chain(std::iter::once((&self.id, last)))
            .filter_map(|(column, descending)| column.order.map(|order| order(descending != backward)))
            .collect()
    }

    /// Builds the page from the loaded rows, which include one row more than the page can have if the list continues.
    pub(crate) fn page(&self, query: &PageQuery, mut rows: Vec<R>, total: Option<i64>) -> PageOf<R> {
        let backward = query.position.as_ref().is_some_and(|position| position.backward);
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        if backward {
            rows.reverse();
        }
        let (has_next, has_prev) = if backward { (true, more) } else { (more, query.position.is_some()) };
        let at = |row: Option<&R>, backward: bool| row.map(|row| self.position(query, row, backward));
        let next = if has_next { at(rows.last(), false) } else { None };
        let prev = if has_prev { at(rows.first(), true) } else { None };
        let places = if query.can_be_long() { rows.iter().map(|row| self.position(query, row, false)).collect() } else { Vec::new() };
        PageOf { rows, next, prev, total, places }
    }

    fn position(&self, query: &PageQuery, row: &R, backward: bool) -> Position {
        let keys = query.sort.iter().filter_map(|(index, _)| Some((self.fields.get(*index)?.key?)(row))).collect();
        Position { keys, id: (self.id_of)(row), backward }
    }
}

/// Loads one page: `keyset!(conn, &LISTING, query, boxed query of rows, boxed query to count)`.
macro_rules! keyset {
    ($conn:expr, $listing:expr, $query:expr, $rows:expr, $count:expr) => {{
        use diesel::{QueryDsl as _, RunQueryDsl as _};
        let dated = $listing.dated($conn, $query)?;
        let query: &$crate::db::PageQuery = &dated;
        let mut rows = $rows;
        for predicate in $listing.predicates(query).into_iter().chain($listing.beyond(query)) {
            rows = rows.filter(predicate);
        }
        for ordering in $listing.orderings(query) {
            rows = rows.then_order_by(ordering);
        }
        let rows = rows.limit(i64::try_from(query.limit).unwrap_or(100) + 1).load($conn)?;
        let total = if query.count {
            let mut count = $count;
            for predicate in $listing.predicates(query) {
                count = count.filter(predicate);
            }
            Some(count.count().get_result::<i64>($conn)?)
        } else {
            None
        };
        $listing.page(query, rows, total)
    }};
}

pub(crate) use keyset;
