//! Sitemaps (<https://www.sitemaps.org/protocol.html>), an index of them, and Google's sitemap of news.
//!
//! A sitemap of articles is a month or, where more were published in it than one may hold, a day: so each costs what it
//! holds, however many there are, and what was published long ago stays where it is.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::safe;
use crate::app::App;
use crate::articles::{self, ArticleKind, Placed};
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use crate::http::Tags;
use crate::{authors, taxonomy};

/// The media type.
pub(super) const TYPE: &str = "application/xml";
/// How many addresses a sitemap may have.
const MOST: i64 = 50_000;
/// How many addresses a sitemap of news may have, and for how long they are news, in milliseconds.
const MOST_NEWS: i64 = 1000;
const NEWS: i64 = 2 * DAY;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The sitemap of what is no article.
const SITE: &str = "site.xml";
const SITEMAPS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS_SITEMAPS: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// The index of all sitemaps.
pub(super) fn index(app: &App, conn: &mut Conn) -> Result<(Vec<u8>, Tags)> {
    let names = std::iter::once(SITE.to_owned()).chain(names(&articles::days(conn)?));
    let names: Vec<String> = names.collect();
    let api = &app.config.links.api_url;
    let body = document("sitemapindex", &[("xmlns", SITEMAPS)], |writer| {
        names.iter().try_for_each(|name| {
            let write = |writer: &mut Writer<Vec<u8>>| element(writer, "loc", &format!("{api}/sitemaps/{name}"));
            writer.create_element("sitemap").write_inner_content(write).map(|_| ())
        })
    })?;
    Ok((body, Tags::of(&["articles"])))
}

/// The sitemap of this name.
pub(super) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<(Vec<u8>, Tags)> {
    let links = &app.config.links;
    if name == SITE {
        let mut pages = vec![(format!("{}/", links.site_url), None)];
        pages.extend(taxonomy::section_slugs(conn)?.iter().map(|slug| (links.section(slug), None)));
        pages.extend(taxonomy::tag_slugs(conn)?.iter().map(|slug| (links.tag(slug), None)));
        pages.extend(authors::slugs(conn)?.iter().map(|slug| (links.author(slug), None)));
        return Ok((pages_document(&pages)?, Tags::of(&["sections", "tags", "authors", "articles"])));
    }
    let (from, until) = span(name).ok_or_else(Error::not_found)?;
    let placed = articles::placed(app, conn, (from, until), MOST)?;
    if placed.is_empty() {
        return Err(Error::not_found());
    }
    let pages: Vec<_> = placed.into_iter().map(|article| (article.url, Some(article.updated_at))).collect();
    Ok((pages_document(&pages)?, Tags::of(&["articles", "sections"])))
}

/// The sitemap of the news of the last two days.
pub(super) fn news(app: &App, conn: &mut Conn) -> Result<(Vec<u8>, Tags)> {
    let now = app.now().millis();
    let placed = articles::placed(app, conn, (now - NEWS, i64::MAX), MOST_NEWS)?;
    let news: Vec<Placed> = placed.into_iter().filter(|article| article.kind == ArticleKind::Article).collect();
    let mut tags = Tags::of(&["articles", "sections", "site"]);
    news.iter().map(|article| article.published_at.millis() + NEWS).min().into_iter().for_each(|end| {
        tags.hold_until(Timestamp::from_millis(end + 1));
    });
    let name = crate::site::settings(conn)?.name;
    let body = document("urlset", &[("xmlns", SITEMAPS), ("xmlns:news", NEWS_SITEMAPS)], |writer| {
        news.iter()
            .try_for_each(|article| writer.create_element("url").write_inner_content(|writer| one(writer, article, &name)).map(|_| ()))
    })?;
    Ok((body, tags))
}

fn one(writer: &mut Writer<Vec<u8>>, article: &Placed, name: &str) -> io::Result<()> {
    element(writer, "loc", &article.url)?;
    let news = |writer: &mut Writer<Vec<u8>>| {
        let publication = |writer: &mut Writer<Vec<u8>>| {
            element(writer, "news:name", name)?;
            element(writer, "news:language", article.locale.split('-').next().unwrap_or_default())
        };
        writer.create_element("news:publication").write_inner_content(publication)?;
        element(writer, "news:publication_date", &article.published_at.to_string())?;
        element(writer, "news:title", &article.title)
    };
    writer.create_element("news:news").write_inner_content(news).map(|_| ())
}

fn pages_document(pages: &[(String, Option<Timestamp>)]) -> Result<Vec<u8>> {
    document("urlset", &[("xmlns", SITEMAPS)], |writer| {
        pages.iter().try_for_each(|(url, changed)| {
            let page = |writer: &mut Writer<Vec<u8>>| {
                element(writer, "loc", url)?;
                changed.map_or(Ok(()), |changed| element(writer, "lastmod", &changed.to_string()))
            };
            writer.create_element("url").write_inner_content(page).map(|_| ())
        })
    })
}

fn document(name: &str, namespaces: &[(&str, &str)], content: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    let written = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| writer.create_element(name).with_attributes(namespaces.iter().copied()).write_inner_content(content).map(|_| ()));
    written.map_err(|error| Error::internal(&error.to_string()))?;
    Ok(writer.into_inner())
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(&safe(text))).map(|_| ())
}

/// The names of the sitemaps of articles, the newest first, of how many were published on each day since 1970 began.
fn names(days: &[(i64, i64)]) -> Vec<String> {
    let mut months: BTreeMap<(i16, i8), (i64, Vec<i8>)> = BTreeMap::new();
    for (day, count) in days {
        let (year, month, day) = Timestamp::from_millis(day.saturating_mul(DAY)).date();
        let (total, days) = months.entry((year, month)).or_default();
        *total += count;
        days.push(day);
    }
    let of_month = |((year, month), (total, mut days)): ((i16, i8), (i64, Vec<i8>))| {
        if total <= MOST {
            return vec![format!("articles-{year:04}-{month:02}.xml")];
        }
        days.sort_unstable();
        days.dedup();
        days.into_iter().rev().map(|day| format!("articles-{year:04}-{month:02}-{day:02}.xml")).collect()
    };
    months.into_iter().rev().flat_map(of_month).collect()
}

/// The span of time that a sitemap of articles is of, in milliseconds; its end is not part of it.
fn span(name: &str) -> Option<(i64, i64)> {
    let date = name.strip_prefix("articles-")?.strip_suffix(".xml")?;
    let begins = |date: &str| Timestamp::parse(&format!("{date}T00:00:00Z")).map(Timestamp::millis);
    match date.len() {
        7 => {
            let from = begins(&format!("{date}-01"))?;
            // The next month begins within 31 days of this one's last.
            let (year, month, _) = Timestamp::from_millis(from + 31 * DAY).date();
            Some((from, begins(&format!("{year:04}-{month:02}-01"))?))
        }
        10 => begins(date).map(|from| (from, from + DAY)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, names, span};
    use crate::db::Timestamp;

    #[test]
    fn a_month_is_one_sitemap_until_it_holds_too_much() {
        let day = |text: &str| Timestamp::parse(&format!("{text}T00:00:00Z")).map_or(0, Timestamp::millis) / DAY;
        let days = [(day("2026-01-31"), 50_000), (day("2026-02-01"), 1), (day("2026-03-01"), 30_000), (day("2026-03-14"), 20_001)];
        let expected = ["articles-2026-03-14.xml", "articles-2026-03-01.xml", "articles-2026-02.xml", "articles-2026-01.xml"];
        assert_eq!(names(&days), expected);
        for name in names(&days) {
            let (from, until) = span(&name).unwrap_or_default();
            assert!(days.iter().any(|(day, _)| (from..until).contains(&(day * DAY))), "{name}");
        }
    }

    #[test]
    fn a_span_begins_and_ends_where_its_neighbours_do() {
        assert_eq!(span("articles-2025-12.xml").map(|span| span.1), span("articles-2026-01.xml").map(|span| span.0));
        assert_eq!(span("articles-2024-02.xml").map(|span| span.1), span("articles-2024-03-01.xml").map(|span| span.0));
        for name in ["articles-2026-13.xml", "articles-2026-02-30.xml", "articles-.xml", "site.xml", "articles-2026-1.xml", "x"] {
            assert_eq!(span(name), None, "{name}");
        }
    }
}
