//! All SQL of what readers get. Nothing here reads a working copy.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::article::{ArticleId, ArticleKind, Relations};
use super::embed;
use super::listing::{self, PUBLIC};
use super::publication::{Publication, PublicationWithText};
use super::slugs;
use super::text::Text;
use super::view::{ArticleCard, Translation};
use crate::app::App;
use crate::authors::{Author, Byline};
use crate::db::{Backend, Conn, Id, Json, PageOf, PageQuery, Phrase, Slugged, Timestamp, among, keyset, phrase, straight};
use crate::error::{Code, Error, Result, conflict_on};
use crate::images::Image;
use crate::schema::{
    articles, authors, gravestones, public_slugs, publication_authors, publication_images, publication_tags, publication_texts,
    publications, site, tags,
};
use crate::site::Closing;
use crate::taxonomy::{Label, Tag};

/// What stands at a public address.
pub(super) enum Found {
    /// An article.
    Here(Box<Publication>, Box<Text>),
    /// An article that has moved to this slug.
    Moved(String),
    /// An article that is public no more.
    Gone,
    /// Nothing that ever was public.
    Nothing,
}

/// What readers find at an id or a slug.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Found> {
    let (id, slug) = match meant(conn, name)? {
        Ok(meant) => meant,
        Err(nothing) => return Ok(nothing),
    };
    Ok(match whole(conn, id)? {
        None => missing(conn, id, slug.as_deref())?,
        Some((publication, _)) if slug.is_some_and(|slug| slug != publication.slug) => Found::Moved(publication.slug),
        Some((publication, text)) => Found::Here(Box::new(publication), Box::new(text.0)),
    })
}

/// The article that a name is, or was, that of, and the name if it is a slug; otherwise what stands there.
fn meant(conn: &mut Conn, name: &str) -> Result<std::result::Result<(ArticleId, Option<String>), Found>> {
    let slug = match slugs::named(name) {
        Slugged::Id(id) => return Ok(Ok((id, None))),
        Slugged::Slug(slug) => slug,
    };
    let owner: Option<ArticleId> = straight!(conn, conn => {
        public_slugs::table.filter(public_slugs::slug.eq(&slug)).select(public_slugs::article_id).first(conn).optional()
    })?;
    Ok(match owner {
        Some(owner) => Ok((owner, Some(slug))),
        None => Err(erased(conn, &slug)?),
    })
}

/// What stands where an article has no published copy.
fn missing(conn: &mut Conn, id: ArticleId, slug: Option<&str>) -> Result<Found> {
    if slug.is_none() && !was_public(conn, id)? { erased(conn, &id.to_string()) } else { Ok(Found::Gone) }
}

/// A published article with its text.
fn whole(conn: &mut Conn, id: ArticleId) -> Result<Option<(Publication, Json<Text>)>> {
    Ok(straight!(conn, conn => publications::table
        .inner_join(publication_texts::table)
        .filter(publications::id.eq(id))
        .select((Publication::as_select(), publication_texts::rendered))
        .first(conn)
        .optional())?)
}

/// What stands where nothing is: the grave of an article that was public once, or nothing at all.
fn erased(conn: &mut Conn, name: &str) -> Result<Found> {
    let graves = gravestones::table.filter(gravestones::name.eq(name)).count().get_result::<i64>(conn)?;
    Ok(if graves > 0 { Found::Gone } else { Found::Nothing })
}

fn was_public(conn: &mut Conn, id: ArticleId) -> Result<bool> {
    Ok(public_slugs::table.filter(public_slugs::article_id.eq(id)).count().get_result::<i64>(conn)? > 0)
}

/// The published article that an id or a slug, old ones too, names; without its text.
pub(crate) fn published(conn: &mut Conn, name: &str) -> Result<Publication> {
    let nothing = match meant(conn, name)? {
        Ok((id, slug)) => {
            let row: Option<Publication> = straight!(conn, conn => {
                publications::table.filter(publications::id.eq(id)).select(Publication::as_select()).first(conn).optional()
            })?;
            match row {
                Some(publication) => return Ok(publication),
                None => missing(conn, id, slug.as_deref())?,
            }
        }
        Err(nothing) => nothing,
    };
    Err(match nothing {
        Found::Gone => Error::new(Code::Gone, "This article is no longer public."),
        _ => Error::not_found(),
    })
}

/// One page of published articles.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Publication>> {
    let mut rows = publications::table.select(Publication::as_select()).into_boxed::<Backend>();
    let mut count = publications::table.into_boxed::<Backend>();
    if !listing::asks(&PUBLIC, query, "kind") {
        rows = rows.filter(publications::kind.eq(ArticleKind::Article));
        count = count.filter(publications::kind.eq(ArticleKind::Article));
    }
    Ok(keyset!(conn, PUBLIC, query, rows, count))
}

/// That it is no page; said so that no index is entered by it, since nearly everything is an article.
pub(super) fn are_articles() -> Phrase<Bool> {
    phrase("publications.kind || '' = 'article'".to_owned(), Vec::new())
}

/// The texts of published articles.
pub(super) fn texts(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Text>> {
    let rows: Vec<(ArticleId, Json<Text>)> =
        straight!(conn, conn => publication_texts::table.filter(among(publication_texts::article_id, ids)).load(conn))?;
    Ok(rows.into_iter().map(|(id, text)| (id, text.0)).collect())
}

/// Cards of those of these articles that are public.
pub(crate) fn cards(app: &App, conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, ArticleCard>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = by_ids(conn, ids)?;
    Ok(embed::cards(app, conn, rows)?.into_iter().map(|card| (card.id, card)).collect())
}

/// Those of these articles that are public.
pub(super) fn by_ids(conn: &mut Conn, ids: &[ArticleId]) -> Result<Vec<Publication>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(straight!(conn, conn => publications::table.filter(among(publications::id, ids)).select(Publication::as_select()).load(conn))?)
}

/// Who signs these articles, in order.
pub(super) fn authors(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Byline>>> {
    let rows: Vec<(ArticleId, Byline)> = straight!(conn, conn => publication_authors::table
        .inner_join(authors::table)
        .filter(among(publication_authors::article_id, ids))
        .order((publication_authors::article_id, publication_authors::position))
        .select((publication_authors::article_id, Byline::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// What these articles are about, in order.
pub(super) fn tags(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Label>>> {
    let rows: Vec<(ArticleId, Label)> = straight!(conn, conn => publication_tags::table
        .inner_join(tags::table)
        .filter(among(publication_tags::article_id, ids))
        .order((publication_tags::article_id, publication_tags::position))
        .select((publication_tags::article_id, Label::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// The published articles of these translation groups, and the site's rule of when comments close.
///
/// The rule comes along, since how many queries a list costs is counted; every published article is of some group.
pub(super) fn translations(conn: &mut Conn, groups: &[ArticleId]) -> Result<(Translations, Closing)> {
    let closed = site::table.select(site::comments_closed).single_value();
    let after = site::table.select(site::comments_close_after).single_value();
    let rows: Vec<TranslationRow> = straight!(conn, conn => publications::table
        .filter(among(publications::translation_group, groups))
        .order((publications::translation_group, publications::locale))
        .select((publications::translation_group, publications::id, publications::locale, publications::slug, closed, after))
        .load(conn))?;
    let closing = rows.first().map_or_else(Closing::default, |row| Closing { closed: row.4.unwrap_or(false), after: row.5 });
    Ok((grouped(rows.into_iter().map(|(group, id, locale, slug, ..)| (group, (id, Translation { id, locale, slug })))), closing))
}

/// Translations by their group.
pub(super) type Translations = HashMap<ArticleId, Vec<(ArticleId, Translation)>>;
type TranslationRow = (ArticleId, ArticleId, String, String, Option<bool>, Option<i64>);

/// Rows by what they belong to.
pub(super) fn grouped<K: Eq + std::hash::Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    rows.into_iter().fold(HashMap::new(), |mut groups, (key, value)| {
        groups.entry(key).or_insert_with(Vec::new).push(value);
        groups
    })
}

/// What a published copy is counted under, and who is shown with it.
#[derive(Default)]
pub(super) struct Counted {
    /// What it is; none where there is none.
    pub(super) kind: Option<ArticleKind>,
    pub(super) authors: Vec<Id<Author>>,
    pub(super) tags: Vec<Id<Tag>>,
    pub(super) sections: Vec<Id<crate::taxonomy::Section>>,
    /// The published translations, itself among them.
    pub(super) translations: Vec<ArticleId>,
    /// The pictures that readers see with it.
    pub(super) images: Vec<Id<Image>>,
}

/// The cache tags of all public answers that change with a published copy, each once: itself and its translations, which
/// name it; pictures that readers see from now on, or no more; and all that counts. Other articles of its section show the
/// section, and not how much is in it.
pub(super) fn touched(before: &Counted, after: &Counted) -> Vec<String> {
    let lists = ["articles", "authors", "sections", "tags"].map(str::to_owned);
    let translations = before.translations.iter().chain(&after.translations).map(|id| format!("article:{id}"));
    let (shown, seen) = (before.images.iter().collect::<HashSet<_>>(), after.images.iter().collect::<HashSet<_>>());
    let images = shown.symmetric_difference(&seen).map(|id| format!("image:{id}"));
    lists.into_iter().chain(translations).chain(images).collect::<BTreeSet<String>>().into_iter().collect()
}

/// Kind, section, translations, hero image.
type Standing = (ArticleKind, Option<Id<crate::taxonomy::Section>>, ArticleId, Option<Id<Image>>);

/// What the published copy is counted under now.
pub(super) fn counted(conn: &mut Conn, id: ArticleId) -> Result<Counted> {
    let columns = (publications::kind, publications::section_id, publications::translation_group, publications::hero_image_id);
    let own = publications::table.filter(publications::id.eq(id)).select(columns);
    let standing = straight!(conn, conn => own.first::<Standing>(conn).optional())?;
    let Some((kind, section, group, hero)) = standing else { return Ok(Counted::default()) };
    let group = publications::table.filter(publications::translation_group.eq(group)).select(publications::id);
    let translations = straight!(conn, conn => group.load(conn))?;
    let Relations { authors, tags, mut images } = relations(conn, id)?;
    images.extend(hero);
    Ok(Counted { kind: Some(kind), authors, tags, sections: section.into_iter().collect(), translations, images })
}

/// What belongs to a published copy.
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
    Ok(straight!(conn, conn => Relations { authors: authors.load(conn)?, tags: tags.load(conn)?, images: images.load(conn)? }))
}

/// Writes the published copy, whole.
pub(super) fn put(conn: &mut Conn, row: &PublicationWithText, relations: &Relations, now: Timestamp) -> Result<()> {
    let id = row.publication.id;
    let taken = || Error::new(Code::SlugTaken, format!("The slug {:?} is another article's.", row.publication.slug));
    let text = publication_texts::rendered.eq(&row.rendered);
    let own = publications::table.filter(publications::id.eq(id));
    let changed = conflict_on(straight!(conn, conn => diesel::update(own).set(&row.publication).execute(conn)), taken)?;
    if changed > 0 {
        let own = publication_texts::table.filter(publication_texts::article_id.eq(id));
        straight!(conn, conn => diesel::update(own).set(text).execute(conn))?;
    } else {
        // Comments are counted without waiting for those who save the article, so that what they loaded may be old.
        let mut first = row.publication.clone();
        first.comment_count = articles::table.filter(articles::id.eq(id)).select(articles::comment_count).first(conn)?;
        conflict_on(diesel::insert_into(publications::table).values(&first).execute(conn), taken)?;
        diesel::insert_into(publication_texts::table).values((publication_texts::article_id.eq(id), text)).execute(conn)?;
    }
    set_relations(conn, id, relations)?;
    let owner = public_slugs::table.filter(public_slugs::slug.eq(&row.publication.slug)).select(public_slugs::article_id);
    let owner: Option<ArticleId> = straight!(conn, conn => owner.first(conn).optional())?;
    match owner {
        Some(owner) if owner == id => Ok(()),
        Some(_) => Err(taken()),
        None => {
            let row = (public_slugs::slug.eq(&row.publication.slug), public_slugs::article_id.eq(id), public_slugs::created_at.eq(now));
            conflict_on(diesel::insert_into(public_slugs::table).values(row).execute(conn), taken).map(|_| ())
        }
    }
}

/// Replaces what belongs to a published copy, where that is something else now.
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

/// Takes the published copy away.
pub(super) fn remove(conn: &mut Conn, id: ArticleId) -> Result<()> {
    diesel::delete(publications::table.filter(publications::id.eq(id))).execute(conn)?;
    Ok(())
}
