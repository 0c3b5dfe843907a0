//! Articles for whole pages: an article with its neighbours and related articles, or a list with the most read articles.

use std::collections::{BTreeSet, HashMap};

use super::super::content::content::{ArticleId, ArticleKind};
use super::super::content::view::{ArticleCard, ArticleView};
use super::listing::PUBLIC;
use super::publication::Publication;
use super::queries::{self, PublicLookup};
use super::{context_queries, trending, views};
use crate::app::App;
use crate::db::{Conn, Id, PageOf, PageQuery, Timestamp};
use crate::error::{Code, Error, Result};
use crate::http::Tags;
use crate::input::Query;
use crate::links::ArticleAddress;
use crate::site;
use crate::taxonomy::{self, Section};

/// The maximum number of related articles on a page.
const RELATED: i64 = 6;
/// The query for the most read articles on a page.
const TRENDING: &str = "limit=5";

/// An article with other articles for its page.
pub(crate) struct ArticleContext {
    pub(crate) article: ArticleView,
    pub(crate) previous: Option<ArticleCard>,
    pub(crate) next: Option<ArticleCard>,
    pub(crate) related: Vec<ArticleCard>,
    pub(crate) trending: Vec<ArticleCard>,
    /// The time until which `trending` is valid.
    pub(crate) until: Timestamp,
}

/// A page of a list of articles, with other articles for the same page.
pub(crate) struct ListContext {
    /// The query of the list.
    pub(crate) query: PageQuery,
    pub(crate) page: PageOf<ArticleCard>,
    pub(crate) trending: Vec<ArticleCard>,
    /// The time until which `trending` is valid.
    pub(crate) until: Timestamp,
    /// The other requested articles that are public, by id.
    pub(crate) others: HashMap<ArticleId, ArticleCard>,
}

/// Returns a published article, found by id or slug, and its context. For a former slug, returns `Ok(Err(slug))` with the current
/// slug.
pub(crate) fn article_context(app: &App, conn: &mut Conn, name: &str) -> Result<std::result::Result<ArticleContext, String>> {
    let (publication, text) = match queries::look_up(conn, name)? {
        PublicLookup::Here(publication, text) => (*publication, *text),
        PublicLookup::Moved(slug) => return Ok(Err(slug)),
        PublicLookup::Gone => return Err(Error::new(Code::Gone, "This article is no longer public.")),
        PublicLookup::Nothing => return Err(Error::not_found()),
    };
    let ((previous, next), related) = neighbours_and_related(conn, &publication)?;
    let (trending, until) = most_read(app, conn)?;
    let of_trending: Vec<_> = trending.iter().map(|row| row.id).collect();
    let named: BTreeSet<_> = previous.iter().chain(&next).chain(&related).filter(|id| !of_trending.contains(id)).copied().collect();
    let others = queries::by_ids(conn, &named.into_iter().collect::<Vec<_>>())?.into_iter().chain(trending).collect();
    let (article, cards) = views::view_among(app, conn, publication, text, others)?;
    let cards = by_id(cards);
    let card = |id: &ArticleId| cards.get(id).cloned();
    Ok(Ok(ArticleContext {
        article,
        previous: previous.as_ref().and_then(card),
        next: next.as_ref().and_then(card),
        related: related.iter().filter_map(card).collect(),
        trending: of_trending.iter().filter_map(card).collect(),
        until,
    }))
}

/// Returns the first page of a list of published articles, and other articles. `asked` is the query string of the list.
pub(crate) fn list_with_context(app: &App, conn: &mut Conn, asked: &str, others: &[ArticleId]) -> Result<ListContext> {
    let query = Query::parse(asked).listing(&PUBLIC, &app.secrets, "articles");
    let page = queries::page(conn, &query)?;
    let (trending, until) = most_read(app, conn)?;
    let others = queries::by_ids(conn, others)?;
    let ids = |rows: &[Publication]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let (of_trending, of_others) = (ids(&trending), ids(&others));
    let rows = page.rows.iter().cloned().chain(trending).chain(others).collect();
    let cards = by_id(views::cards(app, conn, rows)?);
    let card = |id: &ArticleId| cards.get(id).cloned();
    Ok(ListContext {
        page: page.with_rows(|rows| Ok(rows.iter().filter_map(|row| card(&row.id)).collect()))?,
        query,
        trending: of_trending.iter().filter_map(card).collect(),
        until,
        others: of_others.iter().filter_map(card).map(|card| (card.id, card)).collect(),
    })
}

type Neighbours = ((Option<ArticleId>, Option<ArticleId>), Vec<ArticleId>);

/// Returns the neighbours of an article and related articles; none for a standing page, which has no place in the order.
fn neighbours_and_related(conn: &mut Conn, publication: &Publication) -> Result<Neighbours> {
    if publication.content.kind == ArticleKind::Page {
        return Ok(((None, None), Vec::new()));
    }
    let neighbours = context_queries::neighbours(conn, publication)?;
    let tags = context_queries::tags(conn, publication.id)?;
    Ok((neighbours, context_queries::related(conn, publication, &tags, RELATED)?))
}

fn most_read(app: &App, conn: &mut Conn) -> Result<(Vec<Publication>, Timestamp)> {
    let query = Query::parse(TRENDING).listing(&PUBLIC, &app.secrets, "articles");
    trending::most_read(conn, &query, app.now())
}

fn by_id(cards: Vec<ArticleCard>) -> HashMap<ArticleId, ArticleCard> {
    cards.into_iter().map(|card| (card.id, card)).collect()
}

/// The location of a published article.
pub(crate) struct Located {
    pub(crate) id: ArticleId,
    pub(crate) kind: ArticleKind,
    pub(crate) slug: String,
    pub(crate) url: String,
    pub(crate) section: Option<Id<Section>>,
}

/// Returns the location of the published article with an id, slug or former slug.
///
/// # Errors
/// `404` if there never was such an article, `410` if it is no longer public.
pub(crate) fn locate(app: &App, conn: &mut Conn, name: &str) -> Result<Located> {
    let Publication { id, content, published_at, .. } = queries::published(conn, name)?;
    let (kind, slug, section_id) = (content.kind, content.slug, content.section);
    let sections = taxonomy::section_cards(conn, &app.config.links, section_id.as_slice())?;
    let section = section_id.and_then(|id| sections.get(&id)).map(|section| section.slug.as_str());
    let place = ArticleAddress { slug: &slug, section, published_at: Some(published_at), id: &id.to_string() };
    let url = app.config.links.article(&place, &site::address_zone(app, conn)?);
    Ok(Located { id, kind, slug, url, section: section_id })
}

/// The newest articles of a list, optionally with their texts.
pub(crate) struct NewestArticles {
    pub(crate) cards: Vec<ArticleCard>,
    /// The texts as sanitised HTML, by article.
    pub(crate) texts: HashMap<ArticleId, String>,
    /// The cache tags of the articles and of all resources that they show.
    pub(crate) tags: Tags,
}

/// Returns the newest articles of a list. `asked` is the query string of the list; the articles' cache tags are added to `tags`.
pub(crate) fn newest(app: &App, conn: &mut Conn, asked: &str, with_texts: bool, tags: Tags) -> Result<NewestArticles> {
    let query = Query::parse(asked).listing(&PUBLIC, &app.secrets, "articles");
    let rows = queries::page(conn, &query)?.rows;
    if !with_texts {
        let cards = views::cards(app, conn, rows)?;
        return Ok(NewestArticles { tags: views::tags_of(&cards, tags), cards, texts: HashMap::new() });
    }
    let views = views::load_views(app, conn, rows)?;
    let tags = views.iter().fold(tags, |tags, view| views::tags_of_whole(view, tags));
    let (cards, texts) = views.into_iter().map(|view| (view.card.clone(), (view.card.id, view.body.html))).unzip();
    Ok(NewestArticles { cards, texts, tags })
}
