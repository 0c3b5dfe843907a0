//! SQL queries for sitemaps: the URLs of published articles and the times of their changes.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::content::content::{ArticleId, ArticleKind, Seo};
use crate::app::App;
use crate::db::{Conn, Id, Json, Timestamp};
use crate::error::Result;
use crate::links::ArticleAddress;
use crate::schema::publications;
use crate::site;
use crate::taxonomy::{self, Section};

/// A published article in a sitemap.
pub(crate) struct SitemapEntry {
    pub(crate) url: String,
    pub(crate) kind: ArticleKind,
    pub(crate) title: String,
    pub(crate) locale: String,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

type Row = (ArticleId, ArticleKind, String, String, String, Option<Id<Section>>, Json<Seo>, Timestamp, Timestamp);

/// The number of articles and pages published on one day.
#[derive(Clone, Copy, Queryable)]
pub(crate) struct PublishedDay {
    /// The number of days since 1970-01-01.
    pub(crate) day: i64,
    /// The number of articles and pages.
    pub(crate) count: i64,
    /// The time of the latest change.
    pub(crate) changed_at: Timestamp,
}

/// Returns the days on which any of the public articles were published.
pub(crate) fn days(conn: &mut Conn) -> Result<Vec<PublishedDay>> {
    let days = publications::table.select(sql::<(BigInt, BigInt, BigInt)>("published_at / 86400000, COUNT(*), MAX(updated_at)"));
    Ok(days.group_by(sql::<BigInt>("1")).load(conn)?)
}

/// Returns the articles published in a period, newest first, except those with `noindex`.
pub(crate) fn sitemap_entries(app: &App, conn: &mut Conn, from: i64, until: i64, most: i64) -> Result<Vec<SitemapEntry>> {
    let columns = (
        publications::id,
        publications::kind,
        publications::slug,
        publications::title,
        publications::locale,
        publications::section_id,
        publications::seo,
        publications::published_at,
        publications::updated_at,
    );
    let rows: Vec<Row> = publications::table
        .filter(publications::published_at.ge(from))
        .filter(publications::published_at.lt(until))
        .order((publications::published_at.desc(), publications::id.desc()))
        .limit(most)
        .select(columns)
        .load(conn)?;
    let (links, zone) = (&app.config.links, site::address_zone(app, conn)?);
    let sections: HashSet<Id<Section>> = rows.iter().filter_map(|row| row.5).collect();
    let sections = taxonomy::section_cards(conn, links, &sections.into_iter().collect::<Vec<_>>())?;
    let place = |(id, kind, slug, title, locale, section, _, published_at, updated_at): Row| {
        let section = section.and_then(|id| sections.get(&id)).map(|section| section.slug.as_str());
        let url = links.article(&ArticleAddress { slug: &slug, section, published_at: Some(published_at), id: &id.to_string() }, &zone);
        SitemapEntry { url, kind, title, locale, published_at, updated_at }
    };
    Ok(rows.into_iter().filter(|row| !row.6.0.noindex).map(place).collect())
}
