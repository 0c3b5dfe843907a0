//! Embeds what is live into articles: a fixed number of queries, however many articles there are.

use std::collections::{HashMap, HashSet};

use super::article::{Article, ArticleId, Status};
use super::plan::Plan;
use super::publication::Publication;
use super::seo::{self, Surroundings};
use super::summary::Summary;
use super::text::{Text, TextBlock};
use super::view::{
    ArticleCard, ArticleEditorCard, ArticleEditorView, ArticleView, BlockView, Body, CommentsInfo, Desk, EditorBody, Head, ImageBlock,
    ImageBlockType, Translation,
};
use super::{plan_queries, published_queries, queries};
use crate::ads;
use crate::app::App;
use crate::authors::{AuthorCard, Byline};
use crate::db::{Conn, Id, Timestamp, Zone};
use crate::error::Result;
use crate::images::{self, Image, ImageView};
use crate::links::ArticleAddress;
use crate::markdown::{self, Block, ImageAttributes, MAX_WARNINGS, Rendered, Warning};
use crate::site::{self, Closing};
use crate::taxonomy::{self, Label, Section, SectionCard, TagCard};

/// Everything live that a set of articles needs.
struct Live {
    authors: HashMap<ArticleId, Vec<Byline>>,
    tags: HashMap<ArticleId, Vec<Label>>,
    sections: HashMap<Id<Section>, SectionCard>,
    images: HashMap<Id<Image>, ImageView>,
    translations: HashMap<ArticleId, Vec<(ArticleId, Translation)>>,
    closing: Closing,
    /// The zone of the dates in addresses.
    zone: Zone,
}

/// Which copy is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copy {
    Published,
    Working,
    /// The working copy in the public shape.
    Preview,
}

/// Cards of published articles, as readers get them.
pub(super) fn cards(app: &App, conn: &mut Conn, publications: Vec<Publication>) -> Result<Vec<ArticleCard>> {
    let heads: Vec<Head> = publications.into_iter().map(Head::from).collect();
    let live = load(app, conn, Copy::Published, &heads, &[])?;
    Ok(heads.into_iter().map(|head| card(app, &live, head, Copy::Published)).collect())
}

/// Published articles, whole.
pub(super) fn views(app: &App, conn: &mut Conn, publications: Vec<(Publication, Text)>) -> Result<Vec<ArticleView>> {
    let (heads, texts): (Vec<Head>, Vec<Text>) =
        publications.into_iter().map(|(publication, text)| (Head::from(publication), text)).unzip();
    let live = load(app, conn, Copy::Published, &heads, &images_in(&texts))?;
    let whole = heads.into_iter().zip(texts).map(|(head, text)| {
        let (html, blocks) = hydrated(&live, &text.html, text.blocks);
        ArticleView { card: card(app, &live, head, Copy::Published), body: Body { html, blocks, toc: text.toc } }
    });
    Ok(whole.collect())
}

/// A published article, whole, and cards of others: as many queries as for one of them.
pub(super) fn view_among(
    app: &App,
    conn: &mut Conn,
    (publication, text): (Publication, Text),
    others: Vec<Publication>,
) -> Result<(ArticleView, Vec<ArticleCard>)> {
    let head = Head::from(publication);
    let heads: Vec<Head> = std::iter::once(head.clone()).chain(others.into_iter().map(Head::from)).collect();
    let live = load(app, conn, Copy::Published, &heads, &images_in(std::slice::from_ref(&text)))?;
    let cards = heads.into_iter().skip(1).map(|other| card(app, &live, other, Copy::Published)).collect();
    let (html, blocks) = hydrated(&live, &text.html, text.blocks);
    Ok((ArticleView { card: card(app, &live, head, Copy::Published), body: Body { html, blocks, toc: text.toc } }, cards))
}

/// Working copies, whole, as readers would get them if they were published now; for whoever holds a token alone.
pub(super) fn previews(app: &App, conn: &mut Conn, articles: Vec<Article>) -> Result<Vec<ArticleView>> {
    let now = app.now();
    let (heads, texts): (Vec<Head>, Vec<Text>) = articles.into_iter().map(|article| as_public(article, now)).unzip();
    let live = load(app, conn, Copy::Preview, &heads, &images_in(&texts))?;
    let whole = heads.into_iter().zip(texts).map(|(head, text)| {
        let (html, blocks) = hydrated(&live, &text.html, text.blocks);
        ArticleView { card: card(app, &live, head, Copy::Preview), body: Body { html, blocks, toc: text.toc } }
    });
    Ok(whole.collect())
}

/// A working copy with what publishing would add to it.
fn as_public(article: Article, now: Timestamp) -> (Head, Text) {
    let (summary, _, text) = Summary::of(article);
    let mut head = Head::from(summary);
    head.published_at.get_or_insert(now);
    head.excerpt = head.excerpt.or_else(|| head.dek.clone()).or_else(|| Some(text.excerpt.clone()).filter(|excerpt| !excerpt.is_empty()));
    (head, text.into())
}

/// A working copy, whole.
pub(super) fn editor_view(app: &App, conn: &mut Conn, article: Article) -> Result<ArticleEditorView> {
    let plan = plan_queries::plan(conn, article.id)?;
    let (summary, markdown, rendered) = Summary::of(article);
    let text = Text::from(rendered);
    let desk = desk(&summary, &plan);
    let heads = [Head::from(summary)];
    let live = load(app, conn, Copy::Working, &heads, &images_in(std::slice::from_ref(&text)))?;
    let [head] = heads;
    let (html, blocks) = hydrated(&live, &text.html, text.blocks);
    let body = EditorBody { markdown, html, blocks, toc: text.toc };
    Ok(ArticleEditorView { card: card(app, &live, head, Copy::Working), desk, body, warnings: Vec::new() })
}

/// A working copy as the answer to its save: with what the text has and readers do not get.
pub(super) fn saved_view(app: &App, conn: &mut Conn, article: Article) -> Result<ArticleEditorView> {
    let warnings = warnings(conn, &article.rendered.0)?;
    Ok(ArticleEditorView { warnings, ..editor_view(app, conn, article)? })
}

/// The warnings of a text, those of ads without a placement among them.
fn warnings(conn: &mut Conn, rendered: &Rendered) -> Result<Vec<Warning>> {
    let mut warnings = rendered.warnings.clone();
    let places = rendered.blocks.iter().enumerate().filter_map(|(index, block)| match block {
        Block::Ad { placement } => Some((index, placement)),
        _ => None,
    });
    let places: Vec<(usize, &String)> = places.collect();
    let named: HashSet<&String> = places.iter().map(|(_, key)| *key).collect();
    let known = ads::known_keys(conn, &named.into_iter().cloned().collect::<Vec<_>>())?;
    let unknown = places.into_iter().filter(|(_, key)| !known.contains(key));
    let warning = |(index, key): (usize, &String)| {
        Warning::at(index, "unknown_placement", format!("There is no placement {key:?}; nothing is shown there until there is one."))
    };
    let room = MAX_WARNINGS.saturating_sub(warnings.len());
    warnings.extend(unknown.take(room).map(warning));
    Ok(warnings)
}

/// Cards of working copies.
pub(super) fn editor_cards(app: &App, conn: &mut Conn, articles: Vec<Summary>) -> Result<Vec<ArticleEditorCard>> {
    let mut plans = plan_queries::plans(conn, &articles.iter().map(|article| article.id).collect::<Vec<_>>())?;
    let whole = articles.into_iter().map(|article| {
        let plan = plans.remove(&article.id).unwrap_or_else(|| Plan::none(article.id));
        (desk(&article, &plan), Head::from(article))
    });
    let (desks, heads): (Vec<Desk>, Vec<Head>) = whole.unzip();
    let live = load(app, conn, Copy::Working, &heads, &[])?;
    Ok(heads.into_iter().zip(desks).map(|(head, desk)| ArticleEditorCard { card: card(app, &live, head, Copy::Working), desk }).collect())
}

fn load(app: &App, conn: &mut Conn, copy: Copy, heads: &[Head], body_images: &[Id<Image>]) -> Result<Live> {
    let links = &app.config.links;
    let ids: Vec<ArticleId> = heads.iter().map(|head| head.id).collect();
    let (authors, tags) = match copy {
        Copy::Published => (published_queries::authors(conn, &ids)?, published_queries::tags(conn, &ids)?),
        Copy::Working | Copy::Preview => (queries::authors(conn, &ids)?, queries::tags(conn, &ids)?),
    };
    let sections: HashSet<_> = heads.iter().filter_map(|head| head.section).collect();
    let sections = taxonomy::section_cards(conn, links, &sections.into_iter().collect::<Vec<_>>())?;
    let avatars = authors.values().flatten().filter_map(|author| author.avatar_id);
    let own = heads.iter().flat_map(|head| [head.hero_image, head.seo.image]).flatten();
    let wanted: HashSet<Id<Image>> = own.chain(avatars).chain(body_images.iter().copied()).collect();
    let images = images::views(conn, links, &wanted.into_iter().collect::<Vec<_>>())?;
    let groups: Vec<_> = heads.iter().map(|head| head.translation_group).collect();
    let (translations, closing) = published_queries::translations(conn, &groups)?;
    let closing = match copy {
        Copy::Published => closing,
        // A draft may have no published copy for the site's rule to come along with.
        Copy::Working | Copy::Preview => site::settings(conn)?.comment_policy.closing(),
    };
    let zone = site::address_zone(app, conn)?;
    Ok(Live { authors, tags, sections, images, translations, closing, zone })
}

fn card(app: &App, live: &Live, head: Head, copy: Copy) -> ArticleCard {
    let links = &app.config.links;
    let avatar = |author: &Byline| author.avatar_id.and_then(|id| live.images.get(&id).cloned());
    let authors: Vec<AuthorCard> =
        live.authors.get(&head.id).into_iter().flatten().map(|author| author.clone().card(links, avatar(author))).collect();
    let tags: Vec<TagCard> = live.tags.get(&head.id).into_iter().flatten().map(|tag| tag.clone().card(links)).collect();
    let section = head.section.and_then(|id| live.sections.get(&id).cloned());
    let hero_image = head.hero_image.and_then(|id| live.images.get(&id).cloned());
    let seo_image = head.seo.image.and_then(|id| live.images.get(&id).cloned());
    let section_slug = section.as_ref().map(|section| section.slug.as_str());
    let place = ArticleAddress { slug: &head.slug, section: section_slug, published_at: head.published_at, id: &head.id.to_string() };
    let url = links.article(&place, &live.zone);
    let around =
        Surroundings { url: &url, authors: &authors, section: section.as_ref(), hero: hero_image.as_ref(), image: seo_image.as_ref() };
    let seo = if copy == Copy::Working { seo::stored(&head, &around) } else { seo::derived(&head, &around) };
    let closes_at = live.closing.time(head.published_at.unwrap_or_else(|| app.now()));
    let open = head.comments_open && closes_at.is_none_or(|closes_at| app.now() < closes_at);
    let others = live.translations.get(&head.translation_group).into_iter().flatten();
    ArticleCard {
        share: seo::share(&url, &head.title),
        translations: others.filter(|(id, _)| *id != head.id).map(|(_, translation)| translation.clone()).collect(),
        id: head.id,
        kind: head.kind,
        slug: head.slug,
        url,
        title: head.title,
        dek: head.dek,
        excerpt: head.excerpt,
        locale: head.locale,
        hero_image,
        authors,
        section,
        tags,
        featured: head.featured,
        word_count: head.word_count,
        reading_minutes: Article::reading_minutes(head.word_count, head.reading_minutes),
        published_at: head.published_at,
        updated_at: head.updated_at,
        corrections: head.corrections,
        comments: CommentsInfo { open, count: head.comment_count, closes_at: closes_at.filter(|_| open) },
        seo,
        custom: head.custom,
    }
}

fn desk(article: &Summary, plan: &Plan) -> Desk {
    Desk {
        status: article.status,
        version: article.version,
        revision: article.revision,
        has_unpublished_changes: article.status == Status::Published && article.has_unpublished_changes(),
        translation_of: (article.translation_group != article.id).then_some(article.translation_group),
        comments_open: article.comments_open,
        created_by: article.created_by,
        created_at: article.created_at,
        scheduled_at: plan.scheduled_at,
        until: plan.until(article.status),
        schedule: plan.schedule(),
        review: plan.review(),
        returned: plan.returned(),
        failed_publication: plan.failure(),
    }
}

fn images_in(texts: &[Text]) -> Vec<Id<Image>> {
    texts.iter().flat_map(|text| &text.images).filter_map(|id| id.parse().ok()).collect()
}

/// Puts the pictures, as they are now, into both forms of a text; those that are gone are left out.
fn hydrated(live: &Live, html: &str, blocks: Vec<TextBlock>) -> (String, Vec<BlockView>) {
    let find = |id: &str| id.parse().ok().and_then(|id: Id<Image>| live.images.get(&id));
    let html = markdown::hydrate(html, |id| find(id).map(attributes));
    let blocks = blocks.into_iter().filter_map(|block| match block {
        TextBlock::Image { image, alt, caption } => find(&image).map(|image| {
            let alt = if alt.is_empty() { image.alt.clone().unwrap_or_default() } else { alt };
            let caption = caption.or_else(|| image.caption.clone());
            BlockView::Image(Box::new(ImageBlock { r#type: ImageBlockType::Image, image: image.clone(), alt, caption }))
        }),
        TextBlock::Other(other) => Some(BlockView::Other(other)),
    });
    (html, blocks.collect())
}

fn attributes(image: &ImageView) -> ImageAttributes {
    let size = |size: i32| u32::try_from(size).unwrap_or_default();
    ImageAttributes {
        src: image.url.clone(),
        srcset: image.best_srcset(),
        width: size(image.width),
        height: size(image.height),
        caption: image.caption.clone(),
        credit: image.credit.clone(),
        alt: image.alt.clone(),
    }
}

impl From<Publication> for Head {
    fn from(row: Publication) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            slug: row.slug,
            title: row.title,
            dek: row.dek,
            excerpt: Some(row.excerpt).filter(|excerpt| !excerpt.is_empty()),
            locale: row.locale,
            translation_group: row.translation_group,
            section: row.section_id,
            hero_image: row.hero_image_id,
            featured: row.featured,
            comments_open: row.comments_open,
            seo: row.seo.0,
            custom: row.custom.0,
            word_count: row.word_count,
            reading_minutes: row.reading_minutes,
            corrections: row.corrections.0,
            comment_count: row.comment_count,
            published_at: Some(row.published_at),
            updated_at: row.updated_at,
        }
    }
}

impl From<Summary> for Head {
    fn from(row: Summary) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            slug: row.slug,
            title: row.title,
            dek: row.dek,
            excerpt: row.excerpt,
            locale: row.locale,
            translation_group: row.translation_group,
            section: row.section_id,
            hero_image: row.hero_image_id,
            featured: row.featured,
            comments_open: row.comments_open,
            seo: row.seo.0,
            custom: row.custom.0,
            word_count: row.word_count,
            reading_minutes: row.reading_minutes,
            corrections: row.corrections.0,
            comment_count: row.comment_count,
            published_at: row.published_at,
            updated_at: row.updated_at,
        }
    }
}
