//! SQL queries for images.

use std::collections::HashMap;

use diesel::dsl::count;
use diesel::prelude::*;
use serde_json::Value;

use super::container::Mime;
use super::image::{Image, ImageView};
use super::listing::LISTING;
use crate::config::LinkConfig;
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, in_list, keyset, on_engine};
use crate::error::{Code, Error, Result};
use crate::schema::{
    ad_creatives, article_images, articles, authors, image_uses, images, planned_images, publication_images, publications, site,
};
use crate::users::User;

/// The maximum number of usages that are listed.
pub(super) const MAX_NAMED: i64 = 100;

/// One page of images.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Image>> {
    let rows = images::table.select(Image::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, images::table.into_boxed::<Backend>()))
}

/// Looks up an image by its id.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Image>> {
    if !Id::<Image>::is_shape(name) {
        return Ok(None);
    }
    let Ok(id) = name.parse::<Id<Image>>() else { return Ok(None) };
    Ok(images::table.filter(images::id.eq(id)).select(Image::as_select()).first(conn).optional()?)
}

/// Finds an image by its id.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Image> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Resolves an image id in a request body.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(look_up(conn, name)?.map(|image| image.id.to_string()))
}

/// The public views of images, by id.
pub(crate) fn views(conn: &mut Conn, links: &LinkConfig, ids: &[Id<Image>]) -> Result<HashMap<Id<Image>, ImageView>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Image> = on_engine!(conn, conn => images::table.filter(in_list(images::id, ids)).select(Image::as_select()).load(conn))?;
    Ok(rows.into_iter().map(|row| (row.id, row.view(links))).collect())
}

/// Stores a new image.
pub(super) fn insert(conn: &mut Conn, image: &Image) -> Result<()> {
    diesel::insert_into(images::table).values(image).execute(conn)?;
    Ok(())
}

/// Stores a changed image.
pub(super) fn update(conn: &mut Conn, image: &Image) -> Result<()> {
    diesel::update(image).set(image).execute(conn)?;
    Ok(())
}

/// Deletes an image that no content shows any more.
pub(super) fn delete(conn: &mut Conn, id: Id<Image>) -> Result<()> {
    let deleted = diesel::delete(images::table.filter(images::id.eq(id))).execute(conn);
    deleted.map(|_| ()).map_err(|error| match error {
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::ForeignKeyViolation, _) => {
            Error::new(Code::InUse, "The image has been used in new content meanwhile.")
        }
        other => other.into(),
    })
}

/// Whether an image uses the file with this hash.
pub(super) fn file_is_used(conn: &mut Conn, sha256: &str) -> Result<bool> {
    Ok(images::table.filter(images::sha256.eq(sha256)).count().get_result::<i64>(conn)? > 0)
}

/// The files that images use: hash, type and size.
pub(super) fn files(conn: &mut Conn) -> Result<Vec<(String, Mime, i64)>> {
    Ok(images::table.select((images::sha256, images::mime, images::bytes)).distinct().load(conn)?)
}

/// Whether public content shows an image.
pub(super) fn is_public(conn: &mut Conn, id: Id<Image>) -> Result<bool> {
    let uses = image_uses::table.filter(image_uses::image_id.eq(id)).filter(image_uses::is_public.eq(true));
    Ok(uses.count().get_result::<i64>(conn)? > 0)
}

/// Counts the usages of images; images without usages are left out.
pub(super) fn use_counts(conn: &mut Conn, ids: &[Id<Image>]) -> Result<HashMap<Id<Image>, i64>> {
    let counts: Vec<(Id<Image>, i64)> = image_uses::table
        .filter(in_list(image_uses::image_id, ids))
        .group_by(image_uses::image_id)
        .select((image_uses::image_id, count(image_uses::subject_id).aggregate_distinct()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// The kinds and ids of all usages of an image.
pub(super) fn uses(conn: &mut Conn, id: Id<Image>) -> Result<Vec<(String, String)>> {
    let uses = image_uses::table.filter(image_uses::image_id.eq(id));
    Ok(uses.select((image_uses::kind, image_uses::subject_id)).distinct().load(conn)?)
}

/// An article that shows an image: its working copy and, if there is one, its published version.
#[derive(Queryable)]
pub(super) struct ArticleUse {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) created_by: Option<Id<User>>,
    pub(super) published: Option<(String, String)>,
}

/// The articles that show an image, newest first.
pub(super) fn articles_showing(conn: &mut Conn, id: Id<Image>) -> Result<Vec<ArticleUse>> {
    let showing = image_uses::table.filter(image_uses::image_id.eq(id)).filter(image_uses::kind.eq("article"));
    Ok(articles::table
        .left_join(publications::table)
        .filter(articles::id.eq_any(showing.select(image_uses::subject_id)))
        .order(articles::id.desc())
        .limit(MAX_NAMED)
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::status,
            articles::created_by,
            (publications::slug, publications::title).nullable(),
        ))
        .load(conn)?)
}

/// Whether an article of another user shows an image.
pub(super) fn shown_by_others(conn: &mut Conn, id: Id<Image>, user: Id<User>) -> Result<bool> {
    let showing = image_uses::table.filter(image_uses::image_id.eq(id)).filter(image_uses::kind.eq("article"));
    let others = articles::table
        .filter(articles::id.eq_any(showing.select(image_uses::subject_id)))
        .filter(articles::created_by.is_null().or(articles::created_by.assume_not_null().ne(user)));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// The authors whose portrait is an image: id, slug and name.
pub(super) fn authors_showing(conn: &mut Conn, id: Id<Image>) -> Result<Vec<(String, String, String)>> {
    Ok(authors::table
        .filter(authors::avatar_id.eq(id))
        .order(authors::name_key)
        .limit(MAX_NAMED)
        .select((authors::id, authors::slug, authors::name))
        .load(conn)?)
}

/// Removes an image from all content that shows it, in working copies and published versions.
pub(super) fn unlink(conn: &mut Conn, id: Id<Image>) -> Result<()> {
    let showing = article_images::table.filter(article_images::image_id.eq(id)).select(article_images::article_id);
    diesel::update(articles::table.filter(articles::hero_image_id.eq(id).or(articles::id.eq_any(showing))))
        .set(articles::version.eq(articles::version + 1))
        .execute(conn)?;
    diesel::update(articles::table.filter(articles::hero_image_id.eq(id)))
        .set(articles::hero_image_id.eq(None::<Id<Image>>))
        .execute(conn)?;
    diesel::update(publications::table.filter(publications::hero_image_id.eq(id)))
        .set(publications::hero_image_id.eq(None::<Id<Image>>))
        .execute(conn)?;
    unlink_from_seo(conn, id)?;
    diesel::delete(article_images::table.filter(article_images::image_id.eq(id))).execute(conn)?;
    diesel::delete(publication_images::table.filter(publication_images::image_id.eq(id))).execute(conn)?;
    // Revisions are never changed: a scheduled revision fails when it is due, and the editors are notified.
    diesel::delete(planned_images::table.filter(planned_images::image_id.eq(id))).execute(conn)?;
    diesel::update(authors::table.filter(authors::avatar_id.eq(id)))
        .set((authors::avatar_id.eq(None::<Id<Image>>), authors::version.eq(authors::version + 1)))
        .execute(conn)?;
    // An ad without an image has nothing to show.
    diesel::update(ad_creatives::table.filter(ad_creatives::image_id.eq(id)))
        .set((
            ad_creatives::image_id.eq(None::<Id<Image>>),
            ad_creatives::active.eq(false),
            ad_creatives::version.eq(ad_creatives::version + 1),
        ))
        .execute(conn)?;
    unlink_from_site(conn, id)
}

/// Removes an image from the SEO settings of articles. They are stored as JSON, in which the member `image` is the id of an image.
fn unlink_from_seo(conn: &mut Conn, id: Id<Image>) -> Result<()> {
    let showing = article_images::table.filter(article_images::image_id.eq(id)).select(article_images::article_id);
    let rows: Vec<(String, String)> =
        articles::table.filter(articles::id.eq_any(showing)).select((articles::id, articles::seo)).load(conn)?;
    for (article, seo) in rows {
        let Some(seo) = without_picture(&seo, "image", id)? else { continue };
        diesel::update(articles::table.filter(articles::id.eq(article))).set(articles::seo.eq(seo)).execute(conn)?;
    }
    let showing = publication_images::table.filter(publication_images::image_id.eq(id)).select(publication_images::article_id);
    let rows: Vec<(String, String)> =
        publications::table.filter(publications::id.eq_any(showing)).select((publications::id, publications::seo)).load(conn)?;
    for (article, seo) in rows {
        let Some(seo) = without_picture(&seo, "image", id)? else { continue };
        diesel::update(publications::table.filter(publications::id.eq(article))).set(publications::seo.eq(seo)).execute(conn)?;
    }
    Ok(())
}

/// Removes an image from the site settings, which are stored as JSON. Only the member `logo` is an image; other members may hold
/// the same text.
fn unlink_from_site(conn: &mut Conn, id: Id<Image>) -> Result<()> {
    let rows: Vec<(i32, String)> = site::table.select((site::id, site::settings)).load(conn)?;
    for (row, settings) in rows {
        let Some(settings) = without_picture(&settings, "logo", id)? else { continue };
        diesel::update(site::table.filter(site::id.eq(row)))
            .set((site::settings.eq(settings), site::logo_id.eq(None::<Id<Image>>), site::version.eq(site::version + 1)))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes an image from a member of a JSON text; returns `None` if the member does not name this image.
fn without_picture(text: &str, member: &str, id: Id<Image>) -> Result<Option<String>> {
    let mut members: Value = serde_json::from_str(text).map_err(|error| Error::internal(&error.to_string()))?;
    let named = members.get_mut(member).filter(|named| named.as_str() == Some(id.to_string().as_str()));
    let Some(named) = named else { return Ok(None) };
    *named = Value::Null;
    Ok(Some(members.to_string()))
}
