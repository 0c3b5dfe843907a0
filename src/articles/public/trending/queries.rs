//! SQL queries for views and rankings.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::super::super::content::content::ArticleId;
use super::super::super::content::listing;
use super::super::listing::PUBLIC;
use super::super::publication::Publication;
use super::super::queries::{are_articles, published};
use super::window::{Bucket, DAY, HOUR, MINUTE, Window, floor};
use crate::db::{Backend, Conn, IdOrSlug, Key, PageOf, PageQuery, Position, Predicate, SqlFragment, Timestamp, sql_fragment};
use crate::error::Result;
use crate::schema::{article_views, publications};

/// The spans of counts, each with the time for which its counts are stored: the longest period for which a ranking uses them, plus
/// time to read further pages of a list.
const KEPT: [(i64, i64); 3] = [(MINUTE, 6 * HOUR), (HOUR, 3 * DAY), (DAY, 31 * DAY)];

/// The SQL for both engines; articles that were erased meanwhile are left out.
const ADD: &str = "INSERT INTO article_views (article_id, span, began, views)
    SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM public_slugs WHERE article_id = $1)
    ON CONFLICT (article_id, span, began) DO UPDATE SET views = article_views.views + excluded.views";

/// Returns the id of the published article with an id or slug. The errors are the same as for reading the article.
pub(crate) fn public_id(conn: &mut Conn, name: &str) -> Result<ArticleId> {
    let query = publications::table.select(publications::id).into_boxed::<Backend>();
    let query = match IdOrSlug::<()>::parse(name) {
        IdOrSlug::Id(id) => query.filter(publications::id.eq(id.to_string())),
        IdOrSlug::Slug(slug) => query.filter(publications::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(id) => Ok(id),
        None => Ok(published(conn, name)?.id),
    }
}

/// Adds views to the counts of the minute, the hour and the day, in the order of ids, so that transactions cannot deadlock.
pub(crate) fn add(conn: &mut Conn, views: &BTreeMap<ArticleId, i64>, now: Timestamp) -> Result<()> {
    for (article, count) in views {
        for (span, _) in KEPT {
            diesel::sql_query(ADD)
                .bind::<Text, _>(*article)
                .bind::<BigInt, _>(span)
                .bind::<BigInt, _>(floor(now.millis(), span))
                .bind::<BigInt, _>(*count)
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Deletes counts that are older than every window.
pub(crate) fn prune(conn: &mut Conn, now: Timestamp) -> Result<()> {
    for (span, kept) in KEPT {
        let old = article_views::table.filter(article_views::span.eq(span)).filter(article_views::began.lt(now.millis() - kept));
        diesel::delete(old).execute(conn)?;
    }
    Ok(())
}

/// Returns a page of a ranking, most views first, then newest first. Also returns the time of the ranking, which the cursors of the
/// page contain.
pub(crate) fn page(conn: &mut Conn, query: &PageQuery, window: Window, now: Timestamp) -> Result<(PageOf<Publication>, i64)> {
    let moment = query.position.as_ref().and_then(|position| position.keys.first()).map_or_else(|| Window::moment(now), Key::int);
    Ok((page_as_of(conn, query, window, moment)?, moment))
}

/// Returns the most read articles of a day for whole pages, and the time until which they are valid.
pub(crate) fn most_read(conn: &mut Conn, query: &PageQuery, now: Timestamp) -> Result<(Vec<Publication>, Timestamp)> {
    let moment = Window::page_ranking_moment(now);
    Ok((page_as_of(conn, query, Window::Day, moment)?.rows, Window::page_ranking_until(moment)))
}

/// Returns a page of the ranking as of a moment.
fn page_as_of(conn: &mut Conn, query: &PageQuery, window: Window, moment: i64) -> Result<PageOf<Publication>> {
    let dated = PUBLIC.dated(conn, query)?;
    let query = &*dated;
    let counted = condition(&window.buckets(moment));
    let backward = query.position.as_ref().is_some_and(|position| position.backward);
    let conditions = || {
        let mut conditions: Vec<Predicate<publications::table>> = PUBLIC.predicates(query);
        let (counted, values) = counted.clone();
        conditions.push(Box::new(sql_fragment::<Bool>(
            format!("publications.id IN (SELECT article_id FROM article_views WHERE {counted})"),
            values,
        )));
        if !listing::asks(&PUBLIC, query, "kind") {
            conditions.push(Box::new(are_articles()));
        }
        conditions
    };
    let score = score(&counted);
    let mut rows = publications::table.select((Publication::as_select(), score.clone())).into_boxed::<Backend>();
    for condition in conditions().into_iter().chain(query.position.as_ref().and_then(|position| beyond(&score, position))) {
        rows = rows.filter(condition);
    }
    let ordered = score.clone();
    rows = if backward {
        rows.order((ordered.asc(), publications::published_at.asc(), publications::id.asc()))
    } else {
        rows.order((ordered.desc(), publications::published_at.desc(), publications::id.desc()))
    };
    let rows: Vec<(Publication, i64)> = rows.limit(i64::try_from(query.limit).unwrap_or(100) + 1).load(conn)?;
    let total = if query.count {
        let count = conditions().into_iter().fold(publications::table.into_boxed::<Backend>(), QueryDsl::filter);
        Some(count.count().get_result(conn)?)
    } else {
        None
    };
    Ok(cut(query, rows, moment, total))
}

/// Cuts the page from the loaded rows, which include one row more than requested if the list continues.
fn cut(query: &PageQuery, mut rows: Vec<(Publication, i64)>, moment: i64, total: Option<i64>) -> PageOf<Publication> {
    let backward = query.position.as_ref().is_some_and(|position| position.backward);
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    if backward {
        rows.reverse();
    }
    let (has_next, has_prev) = if backward { (true, more) } else { (more, query.position.is_some()) };
    let at = |(row, score): &(Publication, i64), backward: bool| Position {
        keys: vec![Key::Int(moment), Key::Int(*score), Key::Int(row.published_at.millis())],
        id: row.id.to_string(),
        backward,
    };
    let next = rows.last().filter(|_| has_next).map(|row| at(row, false));
    let prev = rows.first().filter(|_| has_prev).map(|row| at(row, true));
    let places = if query.can_be_long() { rows.iter().map(|row| at(row, false)).collect() } else { Vec::new() };
    PageOf { rows: rows.into_iter().map(|(row, _)| row).collect(), next, prev, total, places }
}

/// The condition that an article comes after a cursor or, backwards, before it.
fn beyond(score: &SqlFragment<BigInt>, position: &Position) -> Option<Predicate<publications::table>> {
    let [_, views, published_at] = position.keys.as_slice() else { return None };
    let (views, published_at, id) = (views.int(), published_at.int(), position.id.clone());
    let score = || score.clone();
    let (time, same_time) = (publications::published_at, publications::published_at.eq(published_at));
    Some(if position.backward {
        let later = time.gt(published_at).or(same_time.and(publications::id.gt(id)));
        Box::new(score().gt(views).or(score().eq(views).and(later)))
    } else {
        let earlier = time.lt(published_at).or(same_time.and(publications::id.lt(id)));
        Box::new(score().lt(views).or(score().eq(views).and(earlier)))
    })
}

/// Returns the condition that selects the counts of a ranking: SQL and bound values.
fn condition(buckets: &[Bucket]) -> (String, Vec<Key>) {
    let bucket = vec!["(span = ? AND began >= ? AND began < ?)"; buckets.len()].join(" OR ");
    let values = buckets.iter().flat_map(|Bucket { span, from, until }| [*span, *from, *until]);
    (format!("({bucket})"), values.map(Key::Int).collect())
}

/// Returns the SQL for the number of views of an article.
fn score((counted, values): &(String, Vec<Key>)) -> SqlFragment<BigInt> {
    let sum = format!("(SELECT CAST(SUM(views) AS BIGINT) FROM article_views WHERE article_id = publications.id AND {counted})");
    sql_fragment(sum, values.clone())
}
