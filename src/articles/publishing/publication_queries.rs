//! SQL queries that write the published version, and queries for the counts that depend on it.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;

use super::super::content::content::{ArticleId, ArticleKind, Relations};
use super::super::public::publication::Publication;
use crate::authors::Author;
use crate::db::{Conn, Id, Json, on_engine};
use crate::error::{Code, Error, Result, conflict_on};
use crate::events::{CacheTag, KindTag};
use crate::images::Image;
use crate::markdown::Rendered;
use crate::schema::{articles, public_slugs, publication_authors, publication_images, publication_tags, publication_texts, publications};
use crate::taxonomy::{Section, Tag};

/// The resources that count a published version, or show it.
#[derive(Default)]
pub(super) struct Counted {
    /// The kind; `None` if there is no published version.
    pub(super) kind: Option<ArticleKind>,
    pub(super) authors: Vec<Id<Author>>,
    pub(super) tags: Vec<Id<Tag>>,
    pub(super) sections: Vec<Id<Section>>,
    /// The published translations, including the article itself.
    pub(super) translations: Vec<ArticleId>,
    /// The images that readers see in the article.
    pub(super) images: Vec<Id<Image>>,
}

/// Returns the cache tags of all public responses that change with a published version, without duplicates. These are the tags of
/// the article and its translations (which refer to it), of images that become visible or hidden, and of all resources that count
/// articles. The cache tags of other articles are not included, because an article shows its section without the count of the
/// section.
pub(super) fn affected_tags(before: &Counted, after: &Counted) -> Vec<CacheTag> {
    let lists = [KindTag::Articles, KindTag::Authors, KindTag::Sections, KindTag::Tags].map(CacheTag::from);
    let translations = before.translations.iter().chain(&after.translations).map(|id| CacheTag::from(*id));
    let (shown, seen) = (before.images.iter().collect::<HashSet<_>>(), after.images.iter().collect::<HashSet<_>>());
    let images = shown.symmetric_difference(&seen).map(|id| CacheTag::from(**id));
    lists.into_iter().chain(translations).chain(images).collect::<BTreeSet<CacheTag>>().into_iter().collect()
}

/// The kind, the section, the translation group and the hero image.
type CountedColumns = (ArticleKind, Option<Id<Section>>, ArticleId, Option<Id<Image>>);

/// Returns the resources that count the published version now.
pub(super) fn counting_resources(conn: &mut Conn, id: ArticleId) -> Result<Counted> {
    let selection = (publications::kind, publications::section_id, publications::translation_group, publications::hero_image_id);
    let own = publications::table.filter(publications::id.eq(id)).select(selection);
    let columns = on_engine!(conn, conn => own.first::<CountedColumns>(conn).optional())?;
    let Some((kind, section, group, hero)) = columns else { return Ok(Counted::default()) };
    let group = publications::table.filter(publications::translation_group.eq(group)).select(publications::id);
    let translations = on_engine!(conn, conn => group.load(conn))?;
    let Relations { authors, tags, mut images } = relations(conn, id)?;
    images.extend(hero);
    Ok(Counted { kind: Some(kind), authors, tags, sections: section.into_iter().collect(), translations, images })
}

/// Returns the relations of a published version.
fn relations(conn: &mut Conn, id: ArticleId) -> Result<Relations> {
    let authors = publication_authors::table
        .filter(publication_authors::article_id.eq(id))
        .order(publication_authors::position)
        .select(publication_authors::author_id);
    let tags = publication_tags::table
        .filter(publication_tags::article_id.eq(id))
        .order(publication_tags::position)
        .select(publication_tags::tag_id);
    let images = publication_images::table
        .filter(publication_images::article_id.eq(id))
        .order(publication_images::position)
        .select(publication_images::image_id);
    Ok(on_engine!(conn, conn => Relations { authors: authors.load(conn)?, tags: tags.load(conn)?, images: images.load(conn)? }))
}

/// Stores the published version as a whole.
pub(super) fn put(conn: &mut Conn, row: &Publication, rendered: &Json<Rendered>, relations: &Relations) -> Result<()> {
    let (id, slug) = (row.id, &row.content.slug);
    let taken = || Error::new(Code::SlugTaken, format!("Another article has the slug {slug:?}."));
    let text = publication_texts::rendered.eq(rendered);
    let own = publications::table.filter(publications::id.eq(id));
    let changed = conflict_on(on_engine!(conn, conn => diesel::update(own).set(row).execute(conn)), taken)?;
    if changed > 0 {
        let own = publication_texts::table.filter(publication_texts::article_id.eq(id));
        on_engine!(conn, conn => diesel::update(own).set(text).execute(conn))?;
    } else {
        // Counting comments does not wait for saves of the article, so the count is read again here.
        let mut first = row.clone();
        first.comment_count = articles::table.filter(articles::id.eq(id)).select(articles::comment_count).first(conn)?;
        conflict_on(diesel::insert_into(publications::table).values(&first).execute(conn), taken)?;
        diesel::insert_into(publication_texts::table).values((publication_texts::article_id.eq(id), text)).execute(conn)?;
    }
    set_relations(conn, id, relations)?;
    let owner = public_slugs::table.filter(public_slugs::slug.eq(slug)).select(public_slugs::article_id);
    let owner: Option<ArticleId> = on_engine!(conn, conn => owner.first(conn).optional())?;
    match owner {
        Some(owner) if owner == id => Ok(()),
        Some(_) => Err(taken()),
        None => {
            let row = (public_slugs::slug.eq(slug), public_slugs::article_id.eq(id), public_slugs::created_at.eq(row.updated_at));
            conflict_on(diesel::insert_into(public_slugs::table).values(row).execute(conn), taken).map(|_| ())
        }
    }
}

/// Replaces the relations of a published version, as far as they have changed.
fn set_relations(conn: &mut Conn, id: ArticleId, relations: &Relations) -> Result<()> {
    let before = self::relations(conn, id)?;
    if before.authors != relations.authors {
        diesel::delete(publication_authors::table.filter(publication_authors::article_id.eq(id))).execute(conn)?;
        for (position, author) in (0..).zip(&relations.authors) {
            let row = (
                publication_authors::article_id.eq(id),
                publication_authors::position.eq(position),
                publication_authors::author_id.eq(*author),
            );
            diesel::insert_into(publication_authors::table).values(row).execute(conn)?;
        }
    }
    if before.tags != relations.tags {
        diesel::delete(publication_tags::table.filter(publication_tags::article_id.eq(id))).execute(conn)?;
        for (position, tag) in (0..).zip(&relations.tags) {
            let row = (publication_tags::article_id.eq(id), publication_tags::position.eq(position), publication_tags::tag_id.eq(*tag));
            diesel::insert_into(publication_tags::table).values(row).execute(conn)?;
        }
    }
    if before.images != relations.images {
        diesel::delete(publication_images::table.filter(publication_images::article_id.eq(id))).execute(conn)?;
        for (position, image) in (0..).zip(&relations.images) {
            let row =
                (publication_images::article_id.eq(id), publication_images::position.eq(position), publication_images::image_id.eq(*image));
            diesel::insert_into(publication_images::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// Deletes the published version.
pub(super) fn remove(conn: &mut Conn, id: ArticleId) -> Result<()> {
    diesel::delete(publications::table.filter(publications::id.eq(id))).execute(conn)?;
    Ok(())
}
