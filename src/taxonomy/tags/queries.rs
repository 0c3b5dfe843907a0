//! All SQL of tags.

use diesel::prelude::*;

use super::tag::{LISTING, Tag, TagId};
use crate::db::{
    Backend, Conn, Id, PageOf, PageQuery, Predicate, Slugged, Timestamp, among, fold, hand_over, is_id_or_slug, keyset, lock, same_name,
    straight,
};
use crate::error::{Code, Error, Result, conflict_on};
use crate::former_slugs::{self, SlugKind};
use crate::schema::{article_tags, publication_tags, publications, tags};

/// One page of the tags that readers may know of.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Tag>> {
    let rows = tags::table.filter(is_public()).select(Tag::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, tags::table.filter(is_public()).into_boxed::<Backend>()))
}

/// Whether readers may know of a tag: it was listed, or something published has it.
fn is_public() -> Predicate<tags::table> {
    Box::new(tags::listed.eq(true).or(tags::id.eq_any(publication_tags::table.select(publication_tags::tag_id))))
}

/// The tag that an id or a slug, also a former one, names, where readers may know of it.
pub(super) fn find_public(conn: &mut Conn, name: &str) -> Result<Tag> {
    let tag = find_ever(conn, name)?;
    let known = tags::table.filter(tags::id.eq(tag.id)).filter(is_public()).count().get_result::<i64>(conn)? > 0;
    if known { Ok(tag) } else { Err(Error::not_found()) }
}

/// The slugs of the tags that articles are published about, by name.
pub(crate) fn slugs(conn: &mut Conn) -> Result<Vec<String>> {
    let used = tags::table.filter(tags::article_count.gt(0)).order((tags::name_key, tags::id)).limit(20_000);
    Ok(used.select(tags::slug).load(conn)?)
}

/// When a tag that articles are published about changed last.
pub(crate) fn last_change(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let used = tags::table.filter(tags::article_count.gt(0));
    Ok(used.order(tags::updated_at.desc()).select(tags::updated_at).first(conn).optional()?)
}

/// The tag that an id or a slug names, if there is one.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Tag>> {
    Ok(match Slugged::<Tag>::parse(name) {
        Slugged::Id(id) => straight!(conn, conn => tags::table.filter(tags::id.eq(id)).select(Tag::as_select()).first(conn).optional())?,
        Slugged::Slug(slug) => {
            straight!(conn, conn => tags::table.filter(tags::slug.eq(slug)).select(Tag::as_select()).first(conn).optional())?
        }
    })
}

/// The tag that an id or a slug names.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Tag> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// The tag that an id, a name or a slug means, if there is one. A name goes before a slug, since slugs are lossy: those of `C`
/// and `C++` differ by a number alone.
pub(crate) fn meant(conn: &mut Conn, wanted: &str) -> Result<Option<TagId>> {
    let wanted = wanted.trim();
    if !Id::<Tag>::is_shape(wanted)
        && let Some(id) = look_up_name(conn, wanted)?
    {
        return Ok(Some(id));
    }
    if is_id_or_slug(wanted) { Ok(look_up(conn, wanted)?.map(|tag| tag.id)) } else { Ok(None) }
}

/// The oldest tag of this name, whatever its case; accents do make a difference.
fn look_up_name(conn: &mut Conn, wanted: &str) -> Result<Option<TagId>> {
    let alike: Vec<(TagId, String)> =
        tags::table.filter(tags::name_key.eq(fold(wanted))).order(tags::id).select((tags::id, tags::name)).load(conn)?;
    Ok(alike.into_iter().find(|(_, name)| same_name(name, wanted)).map(|(id, _)| id))
}

/// The tag that an id or a slug names, or the one that had the slug before.
pub(super) fn find_ever(conn: &mut Conn, name: &str) -> Result<Tag> {
    if let Some(tag) = look_up(conn, name)? {
        return Ok(tag);
    }
    let present = former_slugs::id_of(conn, SlugKind::Tag, &name.to_lowercase())?;
    find(conn, &present.ok_or_else(Error::not_found)?)
}

/// The id of the tag that a body names.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(meant(conn, name)?.map(|id| id.to_string()))
}

/// Whether a slug is, or was, another tag's.
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

/// The error of a slug that another tag has, or had.
fn slug_conflict(slug: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another tag has, or had, the slug {slug:?}."))
}

/// The error of a slug that is not free, with the tag that has, or had, it.
pub(super) fn slug_refusal(conn: &mut Conn, slug: &str) -> Error {
    let taken = slug_conflict(slug);
    match find_ever(conn, slug) {
        Ok(holder) => taken.taken_by("tag", &holder.id.to_string(), &holder.name),
        Err(_) => taken,
    }
}

/// Removes a tag that nothing refers to any more.
pub(super) fn delete(conn: &mut Conn, id: TagId) -> Result<()> {
    diesel::delete(tags::table.filter(tags::id.eq(id))).execute(conn)?;
    Ok(())
}

/// How many articles have a tag, in the working copy or in the published one.
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

/// Gives everything that has one tag another.
pub(super) fn reassign(conn: &mut Conn, from: TagId, to: TagId) -> Result<()> {
    hand_over(conn, ("article_tags", "tag_id"), from, to)?;
    // Who publishes or withdraws meanwhile would step from what is no longer so.
    lock(conn, "article counts")?;
    hand_over(conn, ("publication_tags", "tag_id"), from, to)?;
    recount(conn, to)
}

/// Counts the published articles of a tag anew.
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

/// Counts an article more under tags, or one less: to count them all would take the longer the more there are.
/// The caller holds the lock of the article counts since before it looked at what this is stepped from.
pub(crate) fn count(conn: &mut Conn, ids: &[TagId], step: i32) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let counted = tags::table.filter(among(tags::id, ids));
    diesel::update(counted).set(tags::article_count.eq(tags::article_count + step)).execute(conn)?;
    Ok(())
}
