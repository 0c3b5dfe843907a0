//! What a list can be asked (its fields, as one table), and keyset pages over it.
//!
//! The same table parses the query string, writes the OpenAPI parameters and builds the SQL, so the three can't differ.

use diesel::BoolExpressionMethods;
use diesel::expression::BoxableExpression;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use super::columns::{Column, Key, Op, Ordering, Predicate};
use super::conn::Backend;
use crate::input::Kind;

/// One thing that a list can be filtered or sorted by.
pub(crate) struct Field<T: 'static, R: 'static> {
    /// Its name in the query string.
    pub(crate) name: &'static str,
    /// What its values look like.
    pub(crate) kind: Kind,
    /// The operators that make sense; none where it is for sorting only.
    pub(crate) ops: &'static [Op],
    /// How it is compared.
    pub(crate) column: Column<T>,
    /// Where it can be sorted by: the value of a row.
    pub(crate) key: Option<fn(&R) -> Key>,
    /// What it means, for the documentation.
    pub(crate) about: &'static str,
}

/// A list's whole table.
pub(crate) struct Listing<T: 'static, R: 'static> {
    /// The table of what can be asked.
    pub(crate) fields: &'static [Field<T, R>],
    /// The order when none is asked for, as `sort=` would say it.
    pub(crate) default_sort: &'static str,
    /// What `include=` takes.
    pub(crate) includes: &'static [&'static str],
    /// The members that `fields=` takes.
    pub(crate) members: &'static [&'static str],
    /// The id column, which breaks ties.
    pub(crate) id: Column<T>,
    /// The id of a row.
    pub(crate) id_of: fn(&R) -> String,
}

/// A position between two rows of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The row's sort keys.
    #[serde(rename = "k")]
    pub(crate) keys: Vec<Key>,
    /// The row's id.
    #[serde(rename = "i")]
    pub(crate) id: String,
    /// Whether the page before the row is wanted, and not the one after.
    #[serde(rename = "b")]
    pub(crate) backward: bool,
}

/// A list query, parsed: indexes are into the listing's fields.
#[derive(Clone, Debug)]
pub(crate) struct PageQuery {
    pub(crate) filters: Vec<(usize, Op, Vec<Key>)>,
    pub(crate) sort: Vec<(usize, bool)>,
    pub(crate) limit: usize,
    pub(crate) position: Option<Position>,
    pub(crate) count: bool,
    pub(crate) fields: Option<Vec<String>>,
    pub(crate) includes: Vec<String>,
    /// Whether its rows have texts whatever is asked for.
    pub(crate) has_texts: bool,
    /// What ties a cursor to its query.
    pub(crate) fingerprint: u64,
}

/// One page of rows, and where its neighbours begin.
pub(crate) struct PageOf<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) next: Option<Position>,
    pub(crate) prev: Option<Position>,
    pub(crate) total: Option<i64>,
    /// The place of each row; none where the page can't be too long for an answer.
    pub(crate) places: Vec<Position>,
}

/// How many things that are long are made before it is seen how long they are.
const MADE_AT_ONCE: usize = 20;
/// How many rows without their texts always fit into an answer.
const MAX_SMALL: usize = 20;

impl PageQuery {
    /// Whether the page before a row is wanted, and not the one after.
    pub(crate) fn is_backward(&self) -> bool {
        self.position.as_ref().is_some_and(|position| position.backward)
    }

    /// The same query of rows that have texts.
    pub(crate) fn of_texts(self) -> Self {
        Self { has_texts: true, ..self }
    }

    /// Whether a page of it can be too long for an answer.
    pub(crate) fn can_be_long(&self) -> bool {
        self.limit > MAX_SMALL || !self.includes.is_empty() || self.has_texts
    }
}

impl<R> PageOf<R> {
    /// The same page of other things.
    pub(crate) fn with_rows<V>(self, convert: impl FnOnce(Vec<R>) -> crate::error::Result<Vec<V>>) -> crate::error::Result<PageOf<V>> {
        Ok(PageOf { rows: convert(self.rows)?, next: self.next, prev: self.prev, total: self.total, places: self.places })
    }

    /// The neighbours of a part of the page, and which rows that has.
    pub(crate) fn part(&self, keep: usize, backward: bool) -> (Option<Position>, Option<Position>, std::ops::Range<usize>) {
        let all = self.rows.len();
        let kept = if backward { all.saturating_sub(keep)..all } else { 0..keep.min(all) };
        let at = |index: usize, backward: bool| self.places.get(index).map(|place| Position { backward, ..place.clone() });
        let next = if kept.end < all { at(kept.end.saturating_sub(1), false) } else { self.next.clone() };
        let prev = if kept.start > 0 { at(kept.start, true) } else { self.prev.clone() };
        (next, prev, kept)
    }

    /// The same page of things that are long: they are made some at a time, from where it was turned from on, until they would be
    /// too long for an answer. There is at least one.
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
    /// The filters' conditions.
    pub(crate) fn predicates(&self, query: &PageQuery) -> Vec<Predicate<T>> {
        query
            .filters
            .iter()
            .filter_map(|(index, op, keys)| self.fields.get(*index).map(|field| (field.column.compare)(*op, keys)))
            .collect()
    }

    /// The condition that a row lies beyond the cursor.
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
            // `k >= x AND (k > x OR …)` lets either engine enter an index at the cursor.
            let inside: Predicate<T> = Box::new((column.compare)(op, key).or(predicate));
            predicate = Box::new((column.compare)(reach, key).and(inside));
        }
        Some(predicate)
    }

    /// The ORDER BY, reversed when the page before is wanted.
    pub(crate) fn orderings(&self, query: &PageQuery) -> Vec<Ordering<T>> {
        let backward = query.position.as_ref().is_some_and(|position| position.backward);
        let last = query.sort.last().is_some_and(|(_, descending)| *descending);
        let columns = query.sort.iter().filter_map(|(index, descending)| Some((&self.fields.get(*index)?.column, *descending)));
        columns
            .chain(std::iter::once((&self.id, last)))
            .filter_map(|(column, descending)| column.order.map(|order| order(descending != backward)))
            .collect()
    }

    /// Makes the page from one row more than was asked for.
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
