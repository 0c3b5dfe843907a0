//! All SQL of plans.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::plan::ArticlePlan;
use super::queries::saved;
use crate::db::{Conn, Timestamp, in_list, on_engine};
use crate::error::Result;
use crate::schema::{article_plans, images, planned_images};

/// The plan of an article.
pub(crate) fn plan(conn: &mut Conn, id: ArticleId) -> Result<ArticlePlan> {
    let row = article_plans::table.filter(article_plans::article_id.eq(id));
    let found = on_engine!(conn, conn => row.select(ArticlePlan::as_select()).first(conn).optional())?;
    Ok(found.unwrap_or_else(|| ArticlePlan::none(id)))
}

/// The plans of articles, of those that have one.
pub(crate) fn plans(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, ArticlePlan>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = article_plans::table.filter(in_list(article_plans::article_id, ids)).select(ArticlePlan::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|plan: ArticlePlan| (plan.article_id, plan)).collect())
}

/// Stores a plan; one that has nothing in it is no row.
pub(crate) fn save(conn: &mut Conn, mut plan: ArticlePlan) -> Result<()> {
    plan.due_at = plan.scheduled_at.into_iter().chain(plan.ends_at).min();
    let own = article_plans::table.filter(article_plans::article_id.eq(plan.article_id));
    if plan == ArticlePlan::none(plan.article_id) {
        on_engine!(conn, conn => diesel::delete(own).execute(conn))?;
    } else if diesel::update(own).set(&plan).execute(conn)? == 0 {
        diesel::insert_into(article_plans::table).values(&plan).execute(conn)?;
    }
    hold_images(conn, &plan)
}

/// Holds the pictures of the save that is planned, which the working copy may show no more.
fn hold_images(conn: &mut Conn, plan: &ArticlePlan) -> Result<()> {
    let held = planned_images::table.filter(planned_images::article_id.eq(plan.article_id));
    on_engine!(conn, conn => diesel::delete(held).execute(conn))?;
    let Some(number) = plan.scheduled_revision else { return Ok(()) };
    let Some(ArticleSnapshot { content, relations, markdown: _ }) = saved(conn, plan.article_id, number)? else { return Ok(()) };
    let shown = relations.images.iter().chain(&content.hero_image).chain(&content.seo.0.image).map(ToString::to_string);
    let shown: Vec<String> = shown.collect();
    let there: Vec<String> = images::table.filter(images::id.eq_any(shown)).select(images::id).load(conn)?;
    for image in there {
        let row = (planned_images::article_id.eq(plan.article_id), planned_images::image_id.eq(image));
        diesel::insert_into(planned_images::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// What is due next, the earliest first.
pub(crate) fn next_due(conn: &mut Conn, most: i64) -> Result<Vec<(ArticleId, Timestamp)>> {
    let rows = article_plans::table
        .filter(article_plans::due_at.is_not_null())
        .order((article_plans::due_at, article_plans::article_id))
        .select((article_plans::article_id, article_plans::due_at.assume_not_null()))
        .limit(most);
    Ok(rows.load(conn)?)
}

/// Takes what is due of an article, so that nobody else can; false where somebody has, or it is due no more.
pub(crate) fn claim(conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<bool> {
    let due = article_plans::table
        .filter(article_plans::article_id.eq(id))
        .filter(article_plans::due_at.is_not_null())
        .filter(article_plans::due_at.assume_not_null().eq(due));
    Ok(diesel::update(due).set(article_plans::due_at.eq(None::<Timestamp>)).execute(conn)? == 1)
}

/// Whether another article will be published under a slug.
pub(crate) fn slug_planned(conn: &mut Conn, slug: &str, own: ArticleId) -> Result<bool> {
    let others = article_plans::table
        .filter(article_plans::scheduled_slug.is_not_null())
        .filter(article_plans::scheduled_slug.assume_not_null().eq(slug))
        .filter(article_plans::article_id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}
