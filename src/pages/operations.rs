//! Assembles whole pages: plain functions of the app, the connection and a name.

use super::page::{ArticlePage, AuthorPage, HomePage, Made, SectionPage, TagPage, tags_of_frame};
use crate::ads::{AdsByPlace, Audience};
use crate::app::App;
use crate::articles::{self, ListContext, tags_of, tags_of_whole};
use crate::collections::{self, CollectionView};
use crate::db::Conn;
use crate::error::Result;
use crate::events::KindTag;
use crate::http::{Page, Tags};
use crate::input::Query;
use crate::{ads, authors, comments, site, taxonomy};

/// The maximum number of collections on the front page.
const MAX_COLLECTIONS: i64 = 10;
/// The maximum number of articles in each collection on the front page.
const MAX_ITEMS: i64 = 12;

/// Returns the ads of a page, and adds their cache tags.
fn ads(app: &App, conn: &mut Conn, audience: &Audience, tags: &mut Tags) -> Result<AdsByPlace> {
    let (ads, until) = ads::all_shown(app, conn, audience)?;
    tags.add_kind(KindTag::Ads);
    if let Some(until) = until {
        tags.hold_until(until);
    }
    for image in ads.values().flatten().filter_map(|ad| ad.image.as_ref()) {
        tags.add(image.id);
    }
    Ok(ads)
}

/// Returns an article's page or, for a former slug, the new slug.
pub(super) fn article(app: &App, conn: &mut Conn, name: &str) -> Result<std::result::Result<Made<ArticlePage>, String>> {
    let context = match articles::article_context(app, conn, name)? {
        Ok(context) => context,
        Err(slug) => return Ok(Err(slug)),
    };
    let site = site::read(app, conn)?;
    let id = context.article.card.id;
    let signed: Vec<_> = context.article.card.authors.iter().map(|author| author.id).collect();
    let authors = authors::profiles(app, conn, &signed)?;
    let (_, query, page) = comments::list(app, conn, &id.to_string(), Query::parse(""))?;
    let mut tags = tags_of_frame(&site, &context.trending, context.until);
    tags.add_comments_of(id);
    tags = tags_of_whole(&context.article, tags);
    tags = [&context.previous, &context.next].into_iter().flatten().fold(tags, |tags, card| tags_of(std::slice::from_ref(card), tags));
    tags = tags_of(&context.related, tags);
    let card = &context.article.card;
    let audience = Audience { section: card.section.as_ref().map(|section| section.id), locale: Some(card.locale.clone()) };
    let ads = ads(app, conn, &audience, &mut tags)?;
    let page = ArticlePage {
        site,
        article: context.article,
        authors,
        previous: context.previous,
        next: context.next,
        related: context.related,
        comments: Page::of(app, &query, page)?,
        ads,
        trending: context.trending,
    };
    Ok(Ok(Made { page, tags }))
}

/// Returns the front page.
pub(super) fn home(app: &App, conn: &mut Conn) -> Result<Made<HomePage>> {
    let site = site::read(app, conn)?;
    let sections = taxonomy::first_sections(app, conn)?;
    let collections = collections::first(conn, MAX_COLLECTIONS, MAX_ITEMS)?;
    let items: Vec<_> = collections.iter().flat_map(|(_, items)| items.iter().copied()).collect();
    let ListContext { query, page: newest, trending, until, others } = articles::list_with_context(app, conn, "", &items)?;
    let mut tags = tags_of_frame(&site, &trending, until);
    tags.add_kind(KindTag::Sections);
    tags.add_kind(KindTag::Collections);
    for (card, _) in &collections {
        tags.add(card.id);
    }
    for section in &sections {
        tags.add(section.id);
    }
    tags = tags_of(&newest.rows, tags);
    tags = others.values().fold(tags, |tags, card| tags_of(std::slice::from_ref(card), tags));
    let collections = collections
        .into_iter()
        .map(|(card, items)| CollectionView { card, items: items.iter().filter_map(|id| others.get(id).cloned()).collect() });
    let collections = collections.collect();
    let audience = Audience { section: None, locale: Some(site.locale().to_owned()) };
    let ads = ads(app, conn, &audience, &mut tags)?;
    let page = HomePage { site, collections, newest: Page::of(app, &query, newest)?, sections, ads, trending };
    Ok(Made { page, tags })
}

/// Returns a section's page.
pub(super) fn section(app: &App, conn: &mut Conn, name: &str) -> Result<Made<SectionPage>> {
    let section = taxonomy::read_section(app, conn, name)?;
    let site = site::read(app, conn)?;
    let ListContext { query, page, trending, until, .. } =
        articles::list_with_context(app, conn, &format!("section={}", section.slug), &[])?;
    let mut tags = tags_of(&page.rows, tags_of_frame(&site, &trending, until));
    tags.add(section.id);
    section.parent.iter().for_each(|parent| tags.add(parent.id));
    let audience = Audience { section: Some(section.id), locale: Some(site.locale().to_owned()) };
    let ads = ads(app, conn, &audience, &mut tags)?;
    Ok(Made { page: SectionPage { site, section, articles: Page::of(app, &query, page)?, ads, trending }, tags })
}

/// Returns an author's page.
pub(super) fn author(app: &App, conn: &mut Conn, name: &str) -> Result<Made<AuthorPage>> {
    let author = authors::read(app, conn, name)?;
    let site = site::read(app, conn)?;
    let card = &author.basics.card;
    let ListContext { query, page, trending, until, .. } = articles::list_with_context(app, conn, &format!("author={}", card.slug), &[])?;
    let mut tags = tags_of(&page.rows, tags_of_frame(&site, &trending, until));
    tags.add(card.id);
    card.avatar.iter().for_each(|avatar| tags.add(avatar.id));
    let audience = Audience { section: None, locale: Some(site.locale().to_owned()) };
    let ads = ads(app, conn, &audience, &mut tags)?;
    Ok(Made { page: AuthorPage { site, author, articles: Page::of(app, &query, page)?, ads, trending }, tags })
}

/// Returns a tag's page.
pub(super) fn tag(app: &App, conn: &mut Conn, name: &str) -> Result<Made<TagPage>> {
    let tag = taxonomy::read_tag(app, conn, name)?;
    let site = site::read(app, conn)?;
    let ListContext { query, page, trending, until, .. } = articles::list_with_context(app, conn, &format!("tag={}", tag.slug), &[])?;
    let mut tags = tags_of(&page.rows, tags_of_frame(&site, &trending, until));
    tags.add(tag.id);
    let audience = Audience { section: None, locale: Some(site.locale().to_owned()) };
    let ads = ads(app, conn, &audience, &mut tags)?;
    Ok(Made { page: TagPage { site, tag, articles: Page::of(app, &query, page)?, ads, trending }, tags })
}
