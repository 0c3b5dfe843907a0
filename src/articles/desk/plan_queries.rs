//! SQL queries for plans.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::plan::ArticlePlan;
use super::queries::saved;
use crate::db::{Conn, Timestamp, in_list, on_engine};
use crate::error::Result;
use crate::schema::{article_plans, images, planned_images};

/// Returns the plan of an article; an empty one if none is stored.
pub(crate) fn plan(conn: &mut Conn, id: ArticleId) -> Result<ArticlePlan> {
    let row = article_plans::table.filter(article_plans::article_id.eq(id));
    let found = on_engine!(conn, conn => row.select(ArticlePlan::as_select()).first(conn).optional())?;
    Ok(found.unwrap_or_else(|| ArticlePlan::none(id)))
}

/// Returns the stored plans of articles, by article.
pub(crate) fn plans(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, ArticlePlan>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = article_plans::table.filter(in_list(article_plans::article_id, ids)).select(ArticlePlan::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|plan: ArticlePlan| (plan.article_id, plan)).collect())
}

/// Stores a plan; deletes the row if the plan is empty.
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

/// Protects the images of the scheduled revision from deletion, because the working copy may no longer show them.
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

/// Returns the next due times and their articles, earliest first.
pub(crate) fn next_due(conn: &mut Conn, most: i64) -> Result<Vec<(ArticleId, Timestamp)>> {
    let rows = article_plans::table
        .filter(article_plans::due_at.is_not_null())
        .order((article_plans::due_at, article_plans::article_id))
        .select((article_plans::article_id, article_plans::due_at.assume_not_null()))
        .limit(most);
    Ok(rows.load(conn)?)
}

/// Claims the due time of an article by clearing it. Returns false if another process has claimed it or if it has changed.
pub(crate) fn claim(conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<bool> {
    let due = article_plans::table
        .filter(article_plans::article_id.eq(id))
        .filter(article_plans::due_at.is_not_null())
        .filter(article_plans::due_at.assume_not_null().eq(due));
    Ok(diesel::update(due).set(article_plans::due_at.eq(None::<Timestamp>)).execute(conn)? == 1)
}

/// Checks whether another article is scheduled to be published under a slug.
pub(crate) fn slug_planned(conn: &mut Conn, slug: &str, own: ArticleId) -> Result<bool> {
    let others = article_plans::table
        .filter(article_plans::scheduled_slug.is_not_null())
        .filter(article_plans::scheduled_slug.assume_not_null().eq(slug))
        .filter(article_plans::article_id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}
