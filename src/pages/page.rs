//! Whole pages, in the form that front ends get.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ads::AdsByPlace;
use crate::articles::{ArticleCard, ArticleView, tags_of};
use crate::authors::AuthorView;
use crate::collections::CollectionView;
use crate::comments::CommentView;
use crate::db::Timestamp;
use crate::events::KindTag;
use crate::http::{Page, Tags};
use crate::site::SiteView;
use crate::taxonomy::{SectionView, TagView};

/// All content of an article's page.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArticlePage {
    /// The site: its name, menu, newsletter texts, social links and comment form.
    pub(super) site: SiteView,
    /// The article.
    pub(super) article: ArticleView,
    /// The authors' full profiles, in the order of the byline.
    pub(super) authors: Vec<AuthorView>,
    /// The previous article by publication time, in the same section (in any, if it has none) and language; `null` for a standing page.
    pub(super) previous: Option<ArticleCard>,
    /// The next article by publication time, in the same section (in any, if it has none) and language; `null` for a standing page.
    pub(super) next: Option<ArticleCard>,
    /// Up to six articles in the same language that share tags or the section with the article; the articles that share most come first,
    /// then the newest.
    pub(super) related: Vec<ArticleCard>,
    /// The first page of the comments, as from `GET /articles/{article}/comments`, which also accepts the cursor.
    pub(super) comments: Page<CommentView>,
    /// The ads for this section and language, by placement key, as from `GET /ads/{placement}`.
    pub(super) ads: AdsByPlace,
    /// The most read articles of the last day, up to five; recomputed every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// All content of the front page.
#[derive(Serialize, ToSchema)]
pub(crate) struct HomePage {
    /// The site.
    pub(super) site: SiteView,
    /// The first ten collections, by key, each with its first twelve published articles.
    pub(super) collections: Vec<CollectionView>,
    /// The newest articles, as from `GET /articles`, which also accepts the cursor.
    pub(super) newest: Page<ArticleCard>,
    /// The first hundred sections, by position.
    pub(super) sections: Vec<SectionView>,
    /// The ads for the front page in the site's language, by placement key, as from `GET /ads/{placement}`.
    pub(super) ads: AdsByPlace,
    /// The most read articles of the last day, up to five; recomputed every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// All content of a section's page.
#[derive(Serialize, ToSchema)]
pub(crate) struct SectionPage {
    /// The site.
    pub(super) site: SiteView,
    /// The section.
    pub(super) section: SectionView,
    /// The newest articles of the section, as from `GET /articles?section={slug}`, which also accepts the cursor.
    pub(super) articles: Page<ArticleCard>,
    /// The ads for this section in the site's language, by placement key, as from `GET /ads/{placement}`.
    pub(super) ads: AdsByPlace,
    /// The most read articles of the last day, up to five; recomputed every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// All content of an author's page.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorPage {
    /// The site.
    pub(super) site: SiteView,
    /// The author.
    pub(super) author: AuthorView,
    /// The newest articles of the author, as from `GET /articles?author={slug}`, which also accepts the cursor.
    pub(super) articles: Page<ArticleCard>,
    /// The ads without a section in the site's language, by placement key, as from `GET /ads/{placement}`.
    pub(super) ads: AdsByPlace,
    /// The most read articles of the last day, up to five; recomputed every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// All content of a tag's page.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagPage {
    /// The site.
    pub(super) site: SiteView,
    /// The tag.
    pub(super) tag: TagView,
    /// The newest articles with the tag, as from `GET /articles?tag={slug}`, which also accepts the cursor.
    pub(super) articles: Page<ArticleCard>,
    /// The ads without a section in the site's language, by placement key, as from `GET /ads/{placement}`.
    pub(super) ads: AdsByPlace,
    /// The most read articles of the last day, up to five; recomputed every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// A page, and the cache tags of its content.
pub(super) struct Made<P> {
    pub(super) page: P,
    pub(super) tags: Tags,
}

/// Returns the cache tags of the content that every page has: the site, the lists of articles (which any article may join), and
/// the ranking.
pub(super) fn tags_of_frame(site: &SiteView, trending: &[ArticleCard], until: Timestamp) -> Tags {
    let mut tags = Tags::of(&[KindTag::Site, KindTag::Articles]);
    site.logo().into_iter().for_each(|logo| tags.add(logo.id));
    tags.hold_until(until);
    tags_of(trending, tags)
}
