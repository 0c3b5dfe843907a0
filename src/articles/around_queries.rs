//! All SQL of what lies around a published article: its neighbours, and what is related to it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::article::{ArticleId, ArticleKind};
use super::publication::Publication;
use super::published_queries::are_articles;
use crate::db::{Conn, Id, Key, Phrase, Predicate, phrase};
use crate::error::Result;
use crate::schema::{publication_tags, publications};
use crate::taxonomy::Tag;

/// How many articles of a section, and of each tag, are looked at when related ones are chosen.
const CANDIDATES: usize = 60;
/// By how many of its tags an article is related to others.
const MOST_TAGS: usize = 8;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The articles published just before and just after one, in its section and its language.
pub(super) fn neighbours(conn: &mut Conn, of: &Publication) -> Result<(Option<Publication>, Option<Publication>)> {
    let (time, id) = (publications::published_at, publications::id);
    let row = || publications::table.filter(siblings(of)).select(Publication::as_select());
    let earlier = time.le(of.published_at).and(time.lt(of.published_at).or(id.lt(of.id)));
    let later = time.ge(of.published_at).and(time.gt(of.published_at).or(id.gt(of.id)));
    let previous = row().filter(earlier).order((time.desc(), id.desc())).first(conn).optional()?;
    let next = row().filter(later).order((time.asc(), id.asc())).first(conn).optional()?;
    Ok((previous, next))
}

/// Articles of the same language and, where there is one, of the same section.
fn siblings(of: &Publication) -> Predicate<publications::table> {
    let alike = publications::kind.eq(ArticleKind::Article).and(publications::locale.eq(of.locale.clone()));
    match of.section_id {
        Some(section) => Box::new(alike.and(publications::section_id.assume_not_null().eq(section))),
        None => Box::new(alike),
    }
}

/// The tags of a published article, in order.
pub(super) fn tags(conn: &mut Conn, id: ArticleId) -> Result<Vec<Id<Tag>>> {
    let rows = publication_tags::table.filter(publication_tags::article_id.eq(id)).order(publication_tags::position);
    Ok(rows.select(publication_tags::tag_id).load(conn)?)
}

/// The articles of the same language that have most in common with one: tags, the section, the time.
pub(super) fn related(conn: &mut Conn, of: &Publication, tags: &[Id<Tag>], limit: i64) -> Result<Vec<Publication>> {
    let tags = tags.get(..MOST_TAGS).unwrap_or(tags);
    let Some(candidates) = candidates(of, tags) else { return Ok(Vec::new()) };
    Ok(publications::table
        .filter(candidates)
        .filter(publications::id.ne(of.id))
        .filter(are_articles())
        .filter(publications::locale.eq(of.locale.clone()))
        .order((score(of, tags).desc(), publications::published_at.desc(), publications::id.desc()))
        .limit(limit)
        .select(Publication::as_select())
        .load(conn)?)
}

/// The newest of the section and of each tag, found by their indexes however many there are. An id begins with the time
/// at which it was made, so that the last are the newest.
fn candidates(of: &Publication, tags: &[Id<Tag>]) -> Option<Phrase<Bool>> {
    let of_section = of.section_id.map(|_| {
        format!(
            "SELECT id FROM (SELECT id FROM publications WHERE section_id = ? AND kind = 'article' \
             ORDER BY published_at DESC, id DESC LIMIT {CANDIDATES}) AS of_section"
        )
    });
    let of_tag = |index: usize| {
        format!(
            "SELECT article_id FROM (SELECT article_id FROM publication_tags WHERE tag_id = ? \
             ORDER BY article_id DESC LIMIT {CANDIDATES}) AS of_tag_{index}"
        )
    };
    let all: Vec<String> = of_section.into_iter().chain((0..tags.len()).map(of_tag)).collect();
    let values = of.section_id.iter().map(ToString::to_string).chain(texts(tags)).map(Key::Text).collect();
    (!all.is_empty()).then(|| phrase(format!("publications.id IN ({})", all.join(" UNION ALL ")), values))
}

fn texts(tags: &[Id<Tag>]) -> impl Iterator<Item = String> {
    tags.iter().map(ToString::to_string)
}

/// Four for each common tag, three for the section, two for what is no more than a month older, one for a year. The clock
/// has no part in it, so that it stays as it is until something is published.
fn score(of: &Publication, tags: &[Id<Tag>]) -> Phrase<BigInt> {
    let at = of.published_at.millis();
    let common = if tags.is_empty() {
        "0".to_owned()
    } else {
        let places = vec!["?"; tags.len()].join(", ");
        format!(
            "(SELECT COUNT(*) FROM publication_tags AS common WHERE common.article_id = publications.id AND common.tag_id IN ({places}))"
        )
    };
    let section = if of.section_id.is_some() { "CASE WHEN publications.section_id = ? THEN 3 ELSE 0 END" } else { "0" };
    let values = texts(tags).chain(of.section_id.iter().map(ToString::to_string)).map(Key::Text);
    phrase(
        format!(
            "{common} * 4 + {section} \
             + CASE WHEN publications.published_at >= ? THEN 2 WHEN publications.published_at >= ? THEN 1 ELSE 0 END"
        ),
        values.chain([30, 365].map(|days| Key::Int(at - days * DAY))).collect(),
    )
}
