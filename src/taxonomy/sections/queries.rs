//! SQL queries for sections.

use std::collections::HashMap;

use diesel::prelude::*;

use super::section::{LISTING, Section, SectionCard};
use crate::config::LinkConfig;
use crate::db::{
    Backend, Conn, Id, IdOrSlug, Key, Lock, Op, PageOf, PageQuery, Predicate, Timestamp, in_list, is_id_or_slug, keyset, on_engine,
};
use crate::error::{Code, Error, Result, conflict_on};
use crate::former_slugs::{self, SlugKind};
use crate::schema::{ad_creative_sections, articles, publications, sections};

/// Returns a page of sections.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Section>> {
    let rows = sections::table.select(Section::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, sections::table.into_boxed::<Backend>()))
}

/// Returns the section with an id or slug, if it exists.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Section>> {
    let query = sections::table.select(Section::as_select()).into_boxed::<Backend>();
    let query = match IdOrSlug::<Section>::parse(name) {
        IdOrSlug::Id(id) => query.filter(sections::id.eq(id)),
        IdOrSlug::Slug(slug) => query.filter(sections::slug.eq(slug)),
    };
    Ok(query.first(conn).optional()?)
}

/// Returns the section with an id or slug, or `404`.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Section> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Returns the section with an id, slug or former slug.
pub(super) fn find_ever(conn: &mut Conn, name: &str) -> Result<Section> {
    if let Some(section) = look_up(conn, name)? {
        return Ok(section);
    }
    let present = former_slugs::id_of(conn, SlugKind::Section, &name.to_lowercase())?;
    find(conn, &present.ok_or_else(Error::not_found)?)
}

/// Returns the id of the section that a request body names.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    Ok(look_up(conn, name)?.map(|section| section.id.to_string()))
}

/// Returns the cards of sections, by id.
pub(crate) fn cards(conn: &mut Conn, links: &LinkConfig, ids: &[Id<Section>]) -> Result<HashMap<Id<Section>, SectionCard>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Section> =
        on_engine!(conn, conn => sections::table.filter(in_list(sections::id, ids)).select(Section::as_select()).load(conn))?;
    Ok(rows.into_iter().map(|row| (row.id, row.card(links))).collect())
}

/// Returns the slugs of all sections, by position.
pub(crate) fn slugs(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(sections::table.order((sections::position, sections::id)).limit(10_000).select(sections::slug).load(conn)?)
}

/// Returns the time of the last change to any section.
pub(crate) fn last_change(conn: &mut Conn) -> Result<Option<Timestamp>> {
    Ok(sections::table.order(sections::updated_at.desc()).select(sections::updated_at).first(conn).optional()?)
}

/// Checks whether another section has, or had, a slug.
pub(super) fn slug_taken(conn: &mut Conn, slug: &str, own: Id<Section>) -> Result<bool> {
    let others = sections::table.filter(sections::slug.eq(slug)).filter(sections::id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0 || former_slugs::is_kept_for_another(conn, SlugKind::Section, slug, own)?)
}

/// Stores a new section.
pub(super) fn insert(conn: &mut Conn, section: &Section) -> Result<()> {
    conflict_on(diesel::insert_into(sections::table).values(section).execute(conn), || slug_conflict(&section.slug))?;
    Ok(())
}

/// Stores a changed section.
pub(super) fn update(conn: &mut Conn, section: &Section) -> Result<()> {
    conflict_on(diesel::update(section).set(section).execute(conn), || slug_conflict(&section.slug))?;
    Ok(())
}

/// The error for a slug that another section has, or had.
fn slug_conflict(slug: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another section has, or had, the slug {slug:?}."))
}

/// The error for a taken slug. It names the section that has, or had, the slug.
pub(super) fn slug_refusal(conn: &mut Conn, slug: &str) -> Error {
    let taken = slug_conflict(slug);
    match find_ever(conn, slug) {
        Ok(holder) => taken.taken_by("section", &holder.id.to_string(), &holder.name),
        Err(_) => taken,
    }
}

/// Deletes a section that nothing refers to.
pub(super) fn delete(conn: &mut Conn, id: Id<Section>) -> Result<()> {
    diesel::delete(sections::table.filter(sections::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Counts the articles, subsections and ad creatives that refer to a section.
pub(super) fn usages(conn: &mut Conn, id: Id<Section>) -> Result<(i64, i64, i64)> {
    let articles = articles::table.filter(articles::section_id.eq(id)).count().get_result(conn)?;
    let published = publications::table.filter(publications::section_id.eq(id)).count().get_result::<i64>(conn)?;
    let children = sections::table.filter(sections::parent_id.eq(id)).count().get_result(conn)?;
    let creatives = ad_creative_sections::table.filter(ad_creative_sections::section_id.eq(id)).count().get_result(conn)?;
    Ok((published.max(articles), children, creatives))
}

/// Moves everything that refers to one section to another.
pub(super) fn reassign(conn: &mut Conn, from: Id<Section>, to: Id<Section>) -> Result<()> {
    diesel::update(articles::table.filter(articles::section_id.eq(from))).set(articles::section_id.eq(Some(to))).execute(conn)?;
    // Waits for concurrent publishing and withdrawing, which would add to a count that is about to be replaced.
    Lock::ArticleCounts.take(conn)?;
    diesel::update(publications::table.filter(publications::section_id.eq(from)))
        .set(publications::section_id.eq(Some(to)))
        .execute(conn)?;
    diesel::update(sections::table.filter(sections::parent_id.eq(from)).filter(sections::id.ne(to)))
        .set(sections::parent_id.eq(Some(to)))
        .execute(conn)?;
    // A creative that is already shown in both sections keeps only the row of the target section.
    let twins = ad_creative_sections::table.filter(ad_creative_sections::section_id.eq(to)).select(ad_creative_sections::creative_id);
    let twins: Vec<String> = twins.load(conn)?;
    let ads = || ad_creative_sections::table.filter(ad_creative_sections::section_id.eq(from));
    diesel::delete(ads().filter(ad_creative_sections::creative_id.eq_any(twins))).execute(conn)?;
    diesel::update(ads()).set(ad_creative_sections::section_id.eq(to)).execute(conn)?;
    recount(conn, to)
}

/// Recounts the published articles of a section.
fn recount(conn: &mut Conn, id: Id<Section>) -> Result<()> {
    let count: i64 =
        publications::table.filter(publications::section_id.eq(id)).filter(publications::kind.eq("article")).count().get_result(conn)?;
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    diesel::update(sections::table.filter(sections::id.eq(id))).set(sections::article_count.eq(count)).execute(conn)?;
    Ok(())
}

/// Adds `step` to the article counts of sections, because recounting takes longer with every article. The caller must have
/// taken the lock `article counts` before it read the state that `step` is derived from.
pub(crate) fn count(conn: &mut Conn, ids: &[Id<Section>], step: i32) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let counted = sections::table.filter(in_list(sections::id, ids));
    diesel::update(counted).set(sections::article_count.eq(sections::article_count + step)).execute(conn)?;
    Ok(())
}

/// Returns the condition that a section's parent is one of these sections, by id, slug or former slug.
pub(super) fn parent_is(op: Op, keys: &[Key]) -> Predicate<sections::table> {
    let parent = diesel::alias!(sections as parent_section);
    let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
    let (id, slug) = (parent.field(sections::id), parent.field(sections::slug));
    let former = || former_slugs::subjects(SlugKind::Section, &names());
    let ids = || parent.filter(id.eq_any(names()).or(slug.eq_any(names())).or(id.eq_any(former()))).select(id.nullable());
    match op {
        Op::Exists if keys.first().is_some_and(Key::truth) => Box::new(sections::parent_id.is_not_null()),
        Op::Exists => Box::new(sections::parent_id.is_null()),
        Op::Ne | Op::Nin => Box::new(sections::parent_id.is_null().or(sections::parent_id.assume_not_null().ne_all(ids().select(id)))),
        _ => Box::new(sections::parent_id.is_not_null().and(sections::parent_id.assume_not_null().eq_any(ids().select(id)))),
    }
}
