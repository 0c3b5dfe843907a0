//! The public views of articles, and their cache tags.

use std::collections::HashMap;

use super::super::content::cards::{Belongings, CardInput, Live, Metadata};
use super::super::content::content::ArticleId;
use super::super::content::text::Text;
use super::super::content::view::{ArticleCard, ArticleView, BlockView};
use super::publication::Publication;
use super::queries::{self, PublicLookup};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::events::KindTag;
use crate::http::{Tags, length};

/// The result of reading a public article.
pub(crate) enum PublicAnswer {
    /// The article.
    Here(Box<ArticleView>),
    /// The current slug of the article.
    Moved(String),
}

/// Reads the public article with an id, slug or former slug.
pub(crate) fn read_published(app: &App, conn: &mut Conn, name: &str) -> Result<PublicAnswer> {
    match queries::look_up(conn, name)? {
        PublicLookup::Here(publication, text) => {
            let view = views(app, conn, vec![(*publication, *text)])?.pop().ok_or_else(Error::not_found)?;
            Ok(PublicAnswer::Here(Box::new(view)))
        }
        PublicLookup::Moved(slug) => Ok(PublicAnswer::Moved(slug)),
        PublicLookup::Gone => Err(Error::new(Code::Gone, "This article is no longer public.")),
        PublicLookup::Nothing => Err(Error::not_found()),
    }
}

/// Returns cards of published articles.
pub(crate) fn cards(app: &App, conn: &mut Conn, publications: Vec<Publication>) -> Result<Vec<ArticleCard>> {
    let inputs: Vec<CardInput> = publications.into_iter().map(CardInput::from).collect();
    let live = live(app, conn, &inputs, &[])?;
    Ok(inputs.into_iter().map(|input| live.card(app, input, Metadata::Derived)).collect())
}

/// Returns cards of the articles that are public, by id.
pub(crate) fn cards_by_id(app: &App, conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, ArticleCard>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = queries::by_ids(conn, ids)?;
    Ok(cards(app, conn, rows)?.into_iter().map(|card| (card.id, card)).collect())
}

/// Returns the whole views of published articles.
fn views(app: &App, conn: &mut Conn, publications: Vec<(Publication, Text)>) -> Result<Vec<ArticleView>> {
    let (inputs, texts): (Vec<CardInput>, Vec<Text>) =
        publications.into_iter().map(|(publication, text)| (CardInput::from(publication), text)).unzip();
    let live = live(app, conn, &inputs, &texts)?;
    let whole = inputs.into_iter().zip(texts);
    Ok(whole.map(|(input, text)| ArticleView { card: live.card(app, input, Metadata::Derived), body: live.body(text) }).collect())
}

/// Returns the whole view of a published article and cards of others, with as many queries as for one article.
pub(crate) fn view_among(
    app: &App,
    conn: &mut Conn,
    publication: Publication,
    text: Text,
    others: Vec<Publication>,
) -> Result<(ArticleView, Vec<ArticleCard>)> {
    let input = CardInput::from(publication);
    let inputs: Vec<CardInput> = std::iter::once(input.clone()).chain(others.into_iter().map(CardInput::from)).collect();
    let live = live(app, conn, &inputs, std::slice::from_ref(&text))?;
    let cards = inputs.into_iter().skip(1).map(|other| live.card(app, other, Metadata::Derived)).collect();
    Ok((ArticleView { card: live.card(app, input, Metadata::Derived), body: live.body(text) }, cards))
}

/// Loads the texts of published articles and returns their whole views.
pub(crate) fn load_views(app: &App, conn: &mut Conn, rows: Vec<Publication>) -> Result<Vec<ArticleView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut texts = queries::texts(conn, &ids)?;
    let whole = rows.into_iter().map(|row| {
        let text = texts.remove(&row.id).unwrap_or_default();
        (row, text)
    });
    views(app, conn, whole.collect())
}

/// Returns the views with their lengths in bytes as JSON.
pub(crate) fn measured(views: Vec<ArticleView>) -> Result<Vec<(ArticleView, usize)>> {
    let measured = |view: ArticleView| {
        let size = length(&view)?;
        Ok((view, size))
    };
    views.into_iter().map(measured).collect()
}

fn live(app: &App, conn: &mut Conn, inputs: &[CardInput], texts: &[Text]) -> Result<Live> {
    let ids: Vec<ArticleId> = inputs.iter().map(|input| input.id).collect();
    let groups: Vec<ArticleId> = inputs.iter().map(|input| input.content.translation_group).collect();
    let (authors, tags) = (queries::authors(conn, &ids)?, queries::tags(conn, &ids)?);
    let (translations, closing) = queries::translations(conn, &groups)?;
    Live::load(app, conn, Belongings { authors, tags, translations, closing }, inputs, texts)
}

impl From<Publication> for CardInput {
    fn from(row: Publication) -> Self {
        Self {
            id: row.id,
            content: row.content.with_excerpt(Some(row.excerpt).filter(|excerpt| !excerpt.is_empty())),
            word_count: row.word_count,
            reading_minutes: row.reading_minutes,
            corrections: row.corrections.0,
            comment_count: row.comment_count,
            published_at: Some(row.published_at),
            updated_at: row.updated_at,
        }
    }
}

/// Adds the cache tags of a whole article: its own and those of all resources that it shows.
pub(crate) fn tags_of_whole(view: &ArticleView, tags: Tags) -> Tags {
    let mut tags = tags_of(std::slice::from_ref(&view.card), tags);
    for block in &view.body.blocks {
        if let BlockView::Image(block) = block {
            tags.add(block.image.id);
        }
    }
    tags
}

/// Adds the cache tags of cards: their own and those of all resources that they show.
pub(crate) fn tags_of(cards: &[ArticleCard], mut tags: Tags) -> Tags {
    // The site's settings decide whether comments are open and where an article can be shared.
    tags.add_kind(KindTag::Site);
    for card in cards {
        tags.add(card.id);
        card.authors.iter().for_each(|author| tags.add(author.id));
        card.comments.closes_at.iter().for_each(|closes_at| tags.hold_until(*closes_at));
        card.section.iter().for_each(|section| tags.add(section.id));
        card.tags.iter().for_each(|tag| tags.add(tag.id));
        let avatars = card.authors.iter().filter_map(|author| author.avatar.as_ref());
        let whole = card.hero_image.iter().chain(avatars).map(|image| image.id);
        whole.chain(card.seo.image.iter().map(|image| image.id)).for_each(|image| tags.add(image));
    }
    tags
}
