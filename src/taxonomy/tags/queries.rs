//! SQL queries for tags.

use diesel::prelude::*;

use super::tag::{LISTING, Tag, TagId};
use crate::db::{
    Backend, Conn, Id, IdOrSlug, Lock, PageOf, PageQuery, Predicate, Timestamp, fold, in_list, is_id_or_slug, keyset, on_engine,
    reassign_references, same_name,
};
use crate::error::{Code, Error, Result, conflict_on};
use crate::former_slugs::{self, SlugKind};
use crate::schema::{article_tags, publication_tags, publications, tags};

/// Returns a page of the public tags.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Tag>> {
    let rows = tags::table.filter(is_public()).select(Tag::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, tags::table.filter(is_public()).into_boxed::<Backend>()))
}

/// The condition that a tag is public: it is listed, or a published article has it.
fn is_public() -> Predicate<tags::table> {
    Box::new(tags::listed.eq(true).or(tags::id.eq_any(publication_tags::table.select(publication_tags::tag_id))))
}

/// Returns the public tag with an id, slug or former slug.
pub(super) fn find_public(conn: &mut Conn, name: &str) -> Result<Tag> {
    let tag = find_ever(conn, name)?;
    let known = tags::table.filter(tags::id.eq(tag.id)).filter(is_public()).count().get_result::<i64>(conn)? > 0;
    if known { Ok(tag) } else { Err(Error::not_found()) }
}

/// Returns the slugs of the tags of published articles, by name.
pub(crate) fn slugs(conn: &mut Conn) -> Result<Vec<String>> {
    let used = tags::table.filter(tags::article_count.gt(0)).order((tags::name_key, tags::id)).limit(20_000);
    Ok(used.select(tags::slug).load(conn)?)
}

/// Returns the time of the last change to a tag of published articles.
pub(crate) fn last_change(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let used = tags::table.filter(tags::article_count.gt(0));
    Ok(used.order(tags::updated_at.desc()).select(tags::updated_at).first(conn).optional()?)
}

/// Returns the tag with an id or slug, if it exists.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Tag>> {
    Ok(match IdOrSlug::<Tag>::parse(name) {
        IdOrSlug::Id(id) => on_engine!(conn, conn => tags::table.filter(tags::id.eq(id)).select(Tag::as_select()).first(conn).optional())?,
        IdOrSlug::Slug(slug) => {
            on_engine!(conn, conn => tags::table.filter(tags::slug.eq(slug)).select(Tag::as_select()).first(conn).optional())?
        }
    })
}

/// Returns the tag with an id or slug, or `404`.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Tag> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Returns the tag with an id, name or slug, if it exists. Names are tried before slugs, because slugs are lossy: the slugs of
/// `C` and `C++` differ only by a number.
pub(crate) fn meant(conn: &mut Conn, wanted: &str) -> Result<Option<TagId>> {
    let wanted = wanted.trim();
    if !Id::<Tag>::is_shape(wanted)
        && let Some(id) = look_up_name(conn, wanted)?
    {
        return Ok(Some(id));
    }
    if is_id_or_slug(wanted) { Ok(look_up(conn, wanted)?.map(|tag| tag.id)) } else { Ok(None) }
}

/// Returns the oldest tag with this name. Case is ignored; accents are not.
fn look_up_name(conn: &mut Conn, wanted: &str) -> Result<Option<TagId>> {
    let alike: Vec<(TagId, String)> =
        tags::table.filter(tags::name_key.eq(fold(wanted))).order(tags::id).select((tags::id, tags::name)).load(conn)?;
    Ok(alike.into_iter().find(|(_, name)| same_name(name, wanted)).map(|(id, _)| id))
}

/// Returns the tag with an id, slug or former slug.
pub(super) fn find_ever(conn: &mut Conn, name: &str) -> Result<Tag> {
    if let Some(tag) = look_up(conn, name)? {
        return Ok(tag);
    }
    let present = former_slugs::id_of(conn, SlugKind::Tag, &name.to_lowercase())?;
    find(conn, &present.ok_or_else(Error::not_found)?)
}

/// Returns the id of the tag that a request body names.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(meant(conn, name)?.map(|id| id.to_string()))
}

/// Checks whether another tag has, or had, the slug.
pub(super) fn slug_taken(conn: &mut Conn, slug: &str, own: TagId) -> Result<bool> {
    let others = tags::table.filter(tags::slug.eq(slug)).filter(tags::id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0 || former_slugs::is_kept_for_another(conn, SlugKind::Tag, slug, own)?)
}

/// Stores a new tag.
pub(super) fn insert(conn: &mut Conn, tag: &Tag) -> Result<()> {
    conflict_on(diesel::insert_into(tags::table).values(tag).execute(conn), || slug_conflict(&tag.slug))?;
    Ok(())
}

/// Stores a changed tag.
pub(super) fn update(conn: &mut Conn, tag: &Tag) -> Result<()> {
    conflict_on(diesel::update(tag).set(tag).execute(conn), || slug_conflict(&tag.slug))?;
    Ok(())
}

/// The error for a slug that another tag has, or had.
fn slug_conflict(slug: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another tag has, or had, the slug {slug:?}."))
}

/// The error for a taken slug, with the name of the tag that has, or had, the slug.
pub(super) fn slug_refusal(conn: &mut Conn, slug: &str) -> Error {
    let taken = slug_conflict(slug);
    match find_ever(conn, slug) {
        Ok(holder) => taken.taken_by("tag", &holder.id.to_string(), &holder.name),
        Err(_) => taken,
    }
}

/// Deletes a tag that nothing refers to.
pub(super) fn delete(conn: &mut Conn, id: TagId) -> Result<()> {
    diesel::delete(tags::table.filter(tags::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Counts the articles that have a tag, in the working copy or in the published version.
pub(super) fn usages(conn: &mut Conn, id: TagId) -> Result<i64> {
    let working: i64 = article_tags::table.filter(article_tags::tag_id.eq(id)).count().get_result(conn)?;
    let elsewhere = article_tags::table.filter(article_tags::tag_id.eq(id)).select(article_tags::article_id);
    let only_published: i64 = publication_tags::table
        .filter(publication_tags::tag_id.eq(id))
        .filter(publication_tags::article_id.ne_all(elsewhere))
        .count()
        .get_result(conn)?;
    Ok(working + only_published)
}

/// Replaces one tag by another on all articles.
pub(super) fn reassign(conn: &mut Conn, from: TagId, to: TagId) -> Result<()> {
    reassign_references(conn, ("article_tags", "tag_id"), from, to)?;
    // Waits until no other transaction publishes or withdraws articles, because such a transaction would change a count that is
    // about to be replaced.
    Lock::ArticleCounts.take(conn)?;
    reassign_references(conn, ("publication_tags", "tag_id"), from, to)?;
    recount(conn, to)
}

/// Recounts the published articles of a tag.
fn recount(conn: &mut Conn, id: TagId) -> Result<()> {
    let count: i64 = publication_tags::table
        .inner_join(publications::table)
        .filter(publication_tags::tag_id.eq(id))
        .filter(publications::kind.eq("article"))
        .count()
        .get_result(conn)?;
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    diesel::update(tags::table.filter(tags::id.eq(id))).set(tags::article_count.eq(count)).execute(conn)?;
    Ok(())
}

/// Adds `step` to the article counts of tags, because recounting takes longer with every article. The caller must have taken
/// the lock `article counts` before it read the state that `step` is derived from.
pub(crate) fn count(conn: &mut Conn, ids: &[TagId], step: i32) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let counted = tags::table.filter(in_list(tags::id, ids));
    diesel::update(counted).set(tags::article_count.eq(tags::article_count + step)).execute(conn)?;
    Ok(())
}
