//! Sitemaps (<https://www.sitemaps.org/protocol.html>), their index, and Google's news sitemap.
//!
//! A sitemap covers the articles of a month or, if a month has more articles than a sitemap may hold, of a day. So the cost of
//! a sitemap is bounded, however large the site, and the sitemaps of old articles stay as they are.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::safe;
use crate::app::App;
use crate::articles::{self, ArticleKind, PublishedDay, SitemapEntry};
use crate::db::{Conn, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::events::KindTag;
use crate::http::Tags;
use crate::{authors, site, taxonomy};

/// The media type.
pub(super) const TYPE: &str = "application/xml";
/// The maximum number of URLs in a sitemap.
const MAX_URLS: i64 = 50_000;
/// The maximum number of URLs in the news sitemap, and the period that it covers, in milliseconds.
const MAX_NEWS_URLS: i64 = 1000;
const NEWS: i64 = 2 * DAY;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The sitemap of everything but articles.
const SITE: &str = "site.xml";
const SITEMAPS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS_SITEMAPS: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// Returns the index of all sitemaps, each with the time of its last change.
pub(super) fn index(app: &App, conn: &mut Conn) -> Result<(Vec<u8>, Tags)> {
    let zone = site::zone(conn)?;
    let days = articles::days(conn)?;
    let pages = [taxonomy::last_section_change(conn)?, taxonomy::last_tag_change(conn)?, authors::last_change(conn)?];
    let newest = days.iter().map(|day| day.changed_at).chain(pages.into_iter().flatten()).max();
    let sitemaps = std::iter::once((SITE.to_owned(), newest)).chain(sitemaps(&days).into_iter().map(|(name, time)| (name, Some(time))));
    let sitemaps: Vec<_> = sitemaps.map(|(name, time)| (format!("{}/sitemaps/{name}", app.config.links.api_url), time)).collect();
    let body = document("sitemapindex", &[("xmlns", SITEMAPS)], |writer| entries(writer, "sitemap", &sitemaps, &zone))?;
    Ok((body, Tags::of(&[KindTag::Sections, KindTag::Tags, KindTag::Authors, KindTag::Articles, KindTag::Site])))
}

/// Returns the sitemap with this name.
pub(super) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<(Vec<u8>, Tags)> {
    let (links, zone) = (&app.config.links, site::zone(conn)?);
    if name == SITE {
        let mut pages = vec![(format!("{}/", links.site_url), None)];
        pages.extend(taxonomy::section_slugs(conn)?.iter().map(|slug| (links.section(slug), None)));
        pages.extend(taxonomy::tag_slugs(conn)?.iter().map(|slug| (links.tag(slug), None)));
        pages.extend(authors::slugs(conn)?.iter().map(|slug| (links.author(slug), None)));
        return Ok((pages_document(&pages, &zone)?, Tags::of(&[KindTag::Sections, KindTag::Tags, KindTag::Authors, KindTag::Articles])));
    }
    let (from, until) = span(name).ok_or_else(Error::not_found)?;
    let placed = articles::sitemap_entries(app, conn, from, until, MAX_URLS)?;
    if placed.is_empty() {
        return Err(Error::not_found());
    }
    let pages: Vec<_> = placed.into_iter().map(|article| (article.url, Some(article.updated_at))).collect();
    Ok((pages_document(&pages, &zone)?, Tags::of(&[KindTag::Articles, KindTag::Sections, KindTag::Site])))
}

/// Returns the news sitemap: the articles of the last two days.
pub(super) fn news(app: &App, conn: &mut Conn) -> Result<(Vec<u8>, Tags)> {
    let now = app.now().millis();
    let placed = articles::sitemap_entries(app, conn, now - NEWS, i64::MAX, MAX_NEWS_URLS)?;
    let news: Vec<SitemapEntry> = placed.into_iter().filter(|article| article.kind == ArticleKind::Article).collect();
    let mut tags = Tags::of(&[KindTag::Articles, KindTag::Sections, KindTag::Site]);
    news.iter().map(|article| article.published_at.millis() + NEWS).min().into_iter().for_each(|end| {
        tags.hold_until(Timestamp::from_millis(end + 1));
    });
    let settings = site::settings(conn)?;
    let (name, zone) = (settings.name, Zone::named(&settings.timezone));
    let body = document("urlset", &[("xmlns", SITEMAPS), ("xmlns:news", NEWS_SITEMAPS)], |writer| {
        news.iter().try_for_each(|article| {
            writer.create_element("url").write_inner_content(|writer| one(writer, article, &name, &zone)).map(|_| ())
        })
    })?;
    Ok((body, tags))
}

fn one(writer: &mut Writer<Vec<u8>>, article: &SitemapEntry, name: &str, zone: &Zone) -> io::Result<()> {
    element(writer, "loc", &article.url)?;
    let news = |writer: &mut Writer<Vec<u8>>| {
        let publication = |writer: &mut Writer<Vec<u8>>| {
            element(writer, "news:name", name)?;
            element(writer, "news:language", article.locale.split('-').next().unwrap_or_default())
        };
        writer.create_element("news:publication").write_inner_content(publication)?;
        element(writer, "news:publication_date", &zone.rfc3339(article.published_at))?;
        element(writer, "news:title", &article.title)
    };
    writer.create_element("news:news").write_inner_content(news).map(|_| ())
}

fn pages_document(pages: &[(String, Option<Timestamp>)], zone: &Zone) -> Result<Vec<u8>> {
    document("urlset", &[("xmlns", SITEMAPS)], |writer| entries(writer, "url", pages, zone))
}

/// Writes URLs, each with the time of its last change if that is known.
fn entries(writer: &mut Writer<Vec<u8>>, name: &str, entries: &[(String, Option<Timestamp>)], zone: &Zone) -> io::Result<()> {
    entries.iter().try_for_each(|(url, changed)| {
        let entry = |writer: &mut Writer<Vec<u8>>| {
            element(writer, "loc", url)?;
            changed.map_or(Ok(()), |changed| element(writer, "lastmod", &zone.rfc3339(changed)))
        };
        writer.create_element(name).write_inner_content(entry).map(|_| ())
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

/// Returns the names of the article sitemaps, newest first, each with the time of its last change.
fn sitemaps(days: &[PublishedDay]) -> Vec<(String, Timestamp)> {
    let mut months: BTreeMap<(i16, i8), Vec<(i8, PublishedDay)>> = BTreeMap::new();
    for day in days {
        let (year, month, day_of_month) = Timestamp::from_millis(day.day.saturating_mul(DAY)).date();
        months.entry((year, month)).or_default().push((day_of_month, *day));
    }
    let of_month = |((year, month), mut days): ((i16, i8), Vec<(i8, PublishedDay)>)| {
        if days.iter().map(|(_, day)| day.count).sum::<i64>() <= MAX_URLS {
            let changed = days.iter().map(|(_, day)| day.changed_at).max();
            return changed.map(|changed| (format!("articles-{year:04}-{month:02}.xml"), changed)).into_iter().collect();
        }
        days.sort_unstable_by_key(|(day_of_month, _)| Reverse(*day_of_month));
        days.into_iter()
            .map(|(day_of_month, day)| (format!("articles-{year:04}-{month:02}-{day_of_month:02}.xml"), day.changed_at))
            .collect::<Vec<_>>()
    };
    months.into_iter().rev().flat_map(of_month).collect()
}

/// Returns the start and the exclusive end of the period that an article sitemap covers, in milliseconds.
fn span(name: &str) -> Option<(i64, i64)> {
    let date = name.strip_prefix("articles-")?.strip_suffix(".xml")?;
    let begins = |date: &str| Timestamp::parse(&format!("{date}T00:00:00Z")).map(Timestamp::millis);
    match date.len() {
        7 => {
            let from = begins(&format!("{date}-01"))?;
            // 31 days after the first of a month lie in the next month.
            let (year, month, _) = Timestamp::from_millis(from + 31 * DAY).date();
            Some((from, begins(&format!("{year:04}-{month:02}-01"))?))
        }
        10 => begins(date).map(|from| (from, from + DAY)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, sitemaps, span};
    use crate::articles::PublishedDay;
    use crate::db::Timestamp;

    #[test]
    fn a_month_is_one_sitemap_until_it_holds_too_much() {
        let day = |text: &str| Timestamp::parse(&format!("{text}T00:00:00Z")).map_or(0, Timestamp::millis) / DAY;
        let days = [("2026-01-31", 49_999), ("2026-01-30", 1), ("2026-02-01", 1), ("2026-03-01", 30_000), ("2026-03-14", 20_001)];
        let days =
            days.map(|(text, count)| PublishedDay { day: day(text), count, changed_at: Timestamp::from_millis(day(text) * DAY + count) });
        let names: Vec<(String, i64)> = sitemaps(&days).into_iter().map(|(name, changed)| (name, changed.millis() % DAY)).collect();
        let expected = [
            ("articles-2026-03-14.xml", 20_001),
            ("articles-2026-03-01.xml", 30_000),
            ("articles-2026-02.xml", 1),
            ("articles-2026-01.xml", 49_999),
        ];
        assert_eq!(names, expected.map(|(name, millis)| (name.to_owned(), millis)));
        for (name, _) in names {
            let (from, until) = span(&name).unwrap_or_default();
            assert!(days.iter().any(|day| (from..until).contains(&(day.day * DAY))), "{name}");
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
