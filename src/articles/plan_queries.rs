//! All SQL of plans.

use std::collections::HashMap;

use diesel::prelude::*;

use super::article::{ArticleId, Content, Relations};
use super::plan::Plan;
use crate::db::{Conn, Json, Timestamp, among, straight};
use crate::error::Result;
use crate::schema::{article_plans, authors, images, planned_images, revisions, sections, tags};

/// The plan of an article.
pub(super) fn plan(conn: &mut Conn, id: ArticleId) -> Result<Plan> {
    let row = article_plans::table.filter(article_plans::article_id.eq(id));
    let found = straight!(conn, conn => row.select(Plan::as_select()).first(conn).optional())?;
    Ok(found.unwrap_or_else(|| Plan::none(id)))
}

/// The plans of articles, of those that have one.
pub(super) fn plans(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Plan>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = article_plans::table.filter(among(article_plans::article_id, ids)).select(Plan::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|plan: Plan| (plan.article_id, plan)).collect())
}

/// Stores a plan; one that has nothing in it is no row.
pub(super) fn save(conn: &mut Conn, mut plan: Plan) -> Result<()> {
    plan.due_at = plan.scheduled_at.into_iter().chain(plan.ends_at).min();
    let own = article_plans::table.filter(article_plans::article_id.eq(plan.article_id));
    if plan == Plan::none(plan.article_id) {
        straight!(conn, conn => diesel::delete(own).execute(conn))?;
    } else if diesel::update(own).set(&plan).execute(conn)? == 0 {
        diesel::insert_into(article_plans::table).values(&plan).execute(conn)?;
    }
    hold_images(conn, &plan)
}

/// Holds the pictures of the save that is planned, which the working copy may show no more.
fn hold_images(conn: &mut Conn, plan: &Plan) -> Result<()> {
    let held = planned_images::table.filter(planned_images::article_id.eq(plan.article_id));
    straight!(conn, conn => diesel::delete(held).execute(conn))?;
    let Some(number) = plan.scheduled_revision else { return Ok(()) };
    let Some(content) = kept(conn, plan.article_id, number)? else { return Ok(()) };
    let shown = content.relations.images.iter().chain(&content.hero_image).chain(&content.seo.image).map(ToString::to_string);
    let shown: Vec<String> = shown.collect();
    let there: Vec<String> = images::table.filter(images::id.eq_any(shown)).select(images::id).load(conn)?;
    for image in there {
        let row = (planned_images::article_id.eq(plan.article_id), planned_images::image_id.eq(image));
        diesel::insert_into(planned_images::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// What is due next, the earliest first.
pub(super) fn next_due(conn: &mut Conn, most: i64) -> Result<Vec<(ArticleId, Timestamp)>> {
    let rows = article_plans::table
        .filter(article_plans::due_at.is_not_null())
        .order((article_plans::due_at, article_plans::article_id))
        .select((article_plans::article_id, article_plans::due_at.assume_not_null()))
        .limit(most);
    Ok(rows.load(conn)?)
}

/// Takes what is due of an article, so that nobody else can; false where somebody has, or it is due no more.
pub(super) fn claim(conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<bool> {
    let due = article_plans::table
        .filter(article_plans::article_id.eq(id))
        .filter(article_plans::due_at.is_not_null())
        .filter(article_plans::due_at.assume_not_null().eq(due));
    Ok(diesel::update(due).set(article_plans::due_at.eq(None::<Timestamp>)).execute(conn)? == 1)
}

/// Whether another article will be published under a slug.
pub(super) fn slug_planned(conn: &mut Conn, slug: &str, own: ArticleId) -> Result<bool> {
    let others = article_plans::table
        .filter(article_plans::scheduled_slug.is_not_null())
        .filter(article_plans::scheduled_slug.assume_not_null().eq(slug))
        .filter(article_plans::article_id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// What a save kept, if there is one of this number.
pub(super) fn kept(conn: &mut Conn, id: ArticleId, number: i32) -> Result<Option<Content>> {
    let row = revisions::table.filter(revisions::article_id.eq(id)).filter(revisions::number.eq(number)).select(revisions::content);
    let found: Option<Json<Content>> = row.first(conn).optional()?;
    Ok(found.map(|content| content.0))
}

/// What belongs to a save and is there no more: its kind and id.
pub(super) fn missing(conn: &mut Conn, content: &Content) -> Result<Vec<(&'static str, String)>> {
    let Relations { authors: signed, tags: tagged, images: shown } = &content.relations;
    let texts = |ids: &mut dyn Iterator<Item = String>| ids.collect::<Vec<_>>();
    let wanted_authors = texts(&mut signed.iter().map(ToString::to_string));
    let wanted_tags = texts(&mut tagged.iter().map(ToString::to_string));
    let wanted_images = texts(&mut shown.iter().chain(&content.hero_image).chain(&content.seo.image).map(ToString::to_string));
    let wanted_sections = texts(&mut content.section.iter().map(ToString::to_string));
    let there: [(&'static str, Vec<String>, Vec<String>); 4] = [
        ("author", authors::table.filter(authors::id.eq_any(wanted_authors.clone())).select(authors::id).load(conn)?, wanted_authors),
        ("tag", tags::table.filter(tags::id.eq_any(wanted_tags.clone())).select(tags::id).load(conn)?, wanted_tags),
        ("picture", images::table.filter(images::id.eq_any(wanted_images.clone())).select(images::id).load(conn)?, wanted_images),
        ("section", sections::table.filter(sections::id.eq_any(wanted_sections.clone())).select(sections::id).load(conn)?, wanted_sections),
    ];
    let gone = there.into_iter().flat_map(|(kind, found, mut wanted)| {
        wanted.sort();
        wanted.dedup();
        wanted.into_iter().filter(move |id| !found.contains(id)).map(move |id| (kind, id)).collect::<Vec<_>>()
    });
    Ok(gone.collect())
}
