//! SQL queries for the neighbours of a published article, and for related articles.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::super::content::content::{ArticleId, ArticleKind};
use super::publication::Publication;
use crate::db::{Conn, Id, Key, Predicate, sql_fragment};
use crate::error::Result;
use crate::schema::{publication_tags, publications};
use crate::taxonomy::Tag;

/// The number of articles of the section, and of each tag, that are candidates for related articles.
const CANDIDATES: usize = 40;
/// The maximum number of tags that are considered for related articles.
const MAX_TAGS: usize = 8;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Returns the articles published just before and just after an article, in its section and language.
pub(crate) fn neighbours(conn: &mut Conn, of: &Publication) -> Result<(Option<ArticleId>, Option<ArticleId>)> {
    let (time, id) = (publications::published_at, publications::id);
    let row = || publications::table.filter(siblings(of)).select(id);
    let earlier = time.le(of.published_at).and(time.lt(of.published_at).or(id.lt(of.id)));
    let later = time.ge(of.published_at).and(time.gt(of.published_at).or(id.gt(of.id)));
    let previous = row().filter(earlier).order((time.desc(), id.desc())).first(conn).optional()?;
    let next = row().filter(later).order((time.asc(), id.asc())).first(conn).optional()?;
    Ok((previous, next))
}

/// The condition that articles have the same language and, if there is one, the same section.
fn siblings(of: &Publication) -> Predicate<publications::table> {
    let alike = publications::kind.eq(ArticleKind::Article).and(publications::locale.eq(of.content.locale.clone()));
    match of.content.section {
        Some(section) => Box::new(alike.and(publications::section_id.assume_not_null().eq(section))),
        None => Box::new(alike),
    }
}

/// Returns the tags of a published article, in order.
pub(crate) fn tags(conn: &mut Conn, id: ArticleId) -> Result<Vec<Id<Tag>>> {
    let rows = publication_tags::table.filter(publication_tags::article_id.eq(id)).order(publication_tags::position);
    Ok(rows.select(publication_tags::tag_id).load(conn)?)
}

/// Returns related articles in the same language, best first, chosen from the newest of the section and of each tag. An article gets
/// four points for each common tag, three for the section, and two if it is at most 30 days older than `of`, or one if it is at
/// most 365 days older. The result does not depend on the current time, so it changes only when something is published.
pub(crate) fn related(conn: &mut Conn, of: &Publication, tags: &[Id<Tag>], limit: i64) -> Result<Vec<ArticleId>> {
    let tags = tags.get(..MAX_TAGS).unwrap_or(tags);
    let sources: Vec<String> = of.content.section.iter().map(|_| of_section()).chain((0..tags.len()).map(of_tag)).collect();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT publications.id FROM (SELECT id, SUM(points) AS points FROM ({}) AS sources GROUP BY id) AS candidates \
         INNER JOIN publications ON publications.id = candidates.id \
         WHERE publications.id <> ? AND publications.kind || '' = 'article' AND publications.locale = ? \
         ORDER BY candidates.points + CASE WHEN published_at >= ? THEN 2 WHEN published_at >= ? THEN 1 ELSE 0 END DESC, \
         published_at DESC, publications.id DESC LIMIT {limit}",
        sources.join(" UNION ALL ")
    );
    let ids = of.content.section.iter().map(ToString::to_string).chain(tags.iter().map(ToString::to_string));
    let texts = ids.chain([of.id.to_string(), of.content.locale.clone()]).map(Key::Text);
    let times = [30, 365].map(|days| Key::Int(of.published_at.millis() - days * DAY));
    Ok(sql_fragment::<Text>(sql, texts.chain(times).collect()).load(conn)?)
}

/// Returns the SQL for the newest articles of a section.
fn of_section() -> String {
    format!(
        "SELECT id, 3 AS points FROM (SELECT id FROM publications WHERE section_id = ? AND kind = 'article' \
         ORDER BY published_at DESC, id DESC LIMIT {CANDIDATES}) AS of_section"
    )
}

/// Returns the SQL for the newest articles with a tag. Ids begin with the time of their creation, so the highest ids are the newest.
fn of_tag(index: usize) -> String {
    format!(
        "SELECT article_id AS id, 4 AS points FROM (SELECT article_id FROM publication_tags WHERE tag_id = ? \
         ORDER BY article_id DESC LIMIT {CANDIDATES}) AS of_tag_{index}"
    )
}
