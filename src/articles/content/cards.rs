//! Builds cards and texts from the content of articles and from current data. The number of queries does not depend on the number of
//! articles.

use std::collections::{HashMap, HashSet};

use super::content::{ArticleId, Content, Correction};
use super::seo::{self, SeoContext};
use super::text::{Text, TextBlock};
use super::view::{ArticleBody, ArticleCard, BlockView, CommentsInfo, ImageBlock, ImageBlockType, Translation};
use crate::app::App;
use crate::authors::{AuthorCard, Byline};
use crate::db::{Conn, Id, Timestamp, Zone};
use crate::error::Result;
use crate::images::{self, Image, ImageView};
use crate::links::ArticleAddress;
use crate::markdown::{self, ImageAttributes};
use crate::site::{self, Closing};
use crate::taxonomy::{self, Label, Section, SectionCard, TagCard};

/// The source of a card: the working copy or the published version of an article.
#[derive(Clone, Debug)]
pub(crate) struct CardInput {
    pub(crate) id: ArticleId,
    pub(crate) content: Content,
    pub(crate) word_count: i32,
    pub(crate) reading_minutes: i32,
    pub(crate) corrections: Vec<Correction>,
    pub(crate) comment_count: i32,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) updated_at: Timestamp,
}

/// The relations of articles, by article. They are read from the tables of the copy that is shown: the working copy or the
/// published version.
pub(crate) struct Belongings {
    pub(crate) authors: HashMap<ArticleId, Vec<Byline>>,
    pub(crate) tags: HashMap<ArticleId, Vec<Label>>,
    /// The published articles of a translation group, by the group.
    pub(crate) translations: HashMap<ArticleId, Vec<(ArticleId, Translation)>>,
    /// The site's rule for when comments close.
    pub(crate) closing: Closing,
}

/// The form in which an article's metadata is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metadata {
    /// Empty members are derived from the article, for readers.
    Derived,
    /// Empty members stay empty, for editors.
    Stored,
}

/// The current data of other resources that a set of articles shows: names and images that may have changed since the articles were saved.
pub(crate) struct Live {
    belongings: Belongings,
    sections: HashMap<Id<Section>, SectionCard>,
    images: HashMap<Id<Image>, ImageView>,
    /// The time zone of the dates in URLs.
    zone: Zone,
}

impl Live {
    /// Loads the current data for articles, and the images in their texts.
    pub(crate) fn load(app: &App, conn: &mut Conn, belongings: Belongings, inputs: &[CardInput], texts: &[Text]) -> Result<Self> {
        let links = &app.config.links;
        let sections: HashSet<_> = inputs.iter().filter_map(|input| input.content.section).collect();
        let sections = taxonomy::section_cards(conn, links, &sections.into_iter().collect::<Vec<_>>())?;
        let avatars = belongings.authors.values().flatten().filter_map(|author| author.avatar_id);
        let own = inputs.iter().flat_map(|input| [input.content.hero_image, input.content.seo.0.image]).flatten();
        let in_texts = texts.iter().flat_map(|text| &text.images).filter_map(|id| id.parse().ok());
        let wanted: HashSet<Id<Image>> = own.chain(avatars).chain(in_texts).collect();
        let images = images::views(conn, links, &wanted.into_iter().collect::<Vec<_>>())?;
        let zone = site::address_zone(app, conn)?;
        Ok(Self { belongings, sections, images, zone })
    }

    /// Returns the card of an article.
    pub(crate) fn card(&self, app: &App, input: CardInput, metadata: Metadata) -> ArticleCard {
        let links = &app.config.links;
        let content = &input.content;
        let (authors, tags) = (self.authors(app, input.id), self.tags(app, input.id));
        let section = content.section.and_then(|id| self.sections.get(&id).cloned());
        let hero_image = content.hero_image.and_then(|id| self.images.get(&id).cloned());
        let seo_image = content.seo.0.image.and_then(|id| self.images.get(&id).cloned());
        let section_slug = section.as_ref().map(|section| section.slug.as_str());
        let id = input.id.to_string();
        let place = ArticleAddress { slug: &content.slug, section: section_slug, published_at: input.published_at, id: &id };
        let url = links.article(&place, &self.zone);
        let seo =
            SeoContext { url: &url, authors: &authors, section: section.as_ref(), hero: hero_image.as_ref(), image: seo_image.as_ref() };
        let seo = match metadata {
            Metadata::Stored => seo::stored(&input, &seo),
            Metadata::Derived => seo::derived(&input, &seo),
        };
        let comments = self.comments(app, &input);
        let others = self.belongings.translations.get(&content.translation_group).into_iter().flatten();
        ArticleCard {
            share: seo::share(&url, &content.title),
            translations: others.filter(|(id, _)| *id != input.id).map(|(_, translation)| translation.clone()).collect(),
            id: input.id,
            kind: input.content.kind,
            slug: input.content.slug,
            url,
            title: input.content.title,
            dek: input.content.dek,
            excerpt: input.content.excerpt,
            locale: input.content.locale,
            hero_image,
            authors,
            section,
            tags,
            featured: input.content.featured,
            word_count: input.word_count,
            reading_minutes: reading_minutes(input.word_count, input.reading_minutes),
            published_at: input.published_at,
            updated_at: input.updated_at,
            corrections: input.corrections,
            comments,
            seo,
            custom: input.content.custom.0,
        }
    }

    fn authors(&self, app: &App, id: ArticleId) -> Vec<AuthorCard> {
        let avatar = |author: &Byline| author.avatar_id.and_then(|id| self.images.get(&id).cloned());
        let authors = self.belongings.authors.get(&id).into_iter().flatten();
        authors.map(|author| author.clone().card(&app.config.links, avatar(author))).collect()
    }

    fn tags(&self, app: &App, id: ArticleId) -> Vec<TagCard> {
        let tags = self.belongings.tags.get(&id).into_iter().flatten();
        tags.map(|tag| tag.clone().card(&app.config.links)).collect()
    }

    fn comments(&self, app: &App, input: &CardInput) -> CommentsInfo {
        let closes_at = self.belongings.closing.time(input.published_at.unwrap_or_else(|| app.now()));
        let open = input.content.comments_open && closes_at.is_none_or(|closes_at| app.now() < closes_at);
        CommentsInfo { open, count: input.comment_count, closes_at: closes_at.filter(|_| open) }
    }

    /// Returns a text with the current data of its images. Deleted images are left out.
    pub(crate) fn body(&self, text: Text) -> ArticleBody {
        let Text { html, blocks, toc, images: _ } = text;
        let find = |id: &str| id.parse().ok().and_then(|id: Id<Image>| self.images.get(&id));
        let html = markdown::hydrate(&html, |id| find(id).map(attributes));
        let blocks = blocks.into_iter().filter_map(|block| match block {
            TextBlock::Image { image, alt, caption } => find(&image).map(|image| {
                let alt = if alt.is_empty() { image.alt.clone().unwrap_or_default() } else { alt };
                let caption = caption.or_else(|| image.caption.clone());
                BlockView::Image(Box::new(ImageBlock { r#type: ImageBlockType::Image, image: image.clone(), alt, caption }))
            }),
            TextBlock::Other(other) => Some(BlockView::Other(other)),
        });
        ArticleBody { html, blocks: blocks.collect(), toc }
    }
}

/// Returns the reading time in minutes: the stored one or, for articles saved before reading times were stored, an estimate from the
/// number of words.
fn reading_minutes(word_count: i32, measured: i32) -> u32 {
    let measured = u32::try_from(measured).unwrap_or_default();
    if measured > 0 { measured } else { markdown::reading_minutes(u32::try_from(word_count).unwrap_or_default()) }
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
