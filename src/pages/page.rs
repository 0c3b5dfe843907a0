//! Whole pages as readers' front ends get them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ads::AdsByPlace;
use crate::articles::{ArticleCard, ArticleView, tags_of};
use crate::authors::AuthorView;
use crate::collections::CollectionView;
use crate::comments::CommentView;
use crate::db::Timestamp;
use crate::http::{Page, Tags};
use crate::site::SiteView;
use crate::taxonomy::{SectionView, TagView};

/// Everything that an article's page is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArticlePage {
    /// The site: its name, menu, newsletter box, follow links, and what its comment form asks for.
    pub(super) site: SiteView,
    /// The article.
    pub(super) article: ArticleView,
    /// Who signs it, with all that a box about them shows, in order.
    pub(super) authors: Vec<AuthorView>,
    /// The article that was published just before it, in its section (of all, where it has none) and its language; null for
    /// a standing page.
    pub(super) previous: Option<ArticleCard>,
    /// The article that was published just after it, likewise.
    pub(super) next: Option<ArticleCard>,
    /// Up to six articles of its language that have a tag or the section in common with it: most in common first, then the
    /// newest.
    pub(super) related: Vec<ArticleCard>,
    /// The first page of its comments, as `GET /articles/{article}/comments` answers; that takes its cursor, too.
    pub(super) comments: Page<CommentView>,
    /// What advertises now in this section and language, by the key of the placement, as `GET /ads/{placement}` answers.
    pub(super) ads: AdsByPlace,
    /// Up to five articles that were read most within a day; made anew every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// Everything that the front page is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct HomePage {
    /// The site.
    pub(super) site: SiteView,
    /// The first ten collections, by key, each with its first twelve published articles.
    pub(super) collections: Vec<CollectionView>,
    /// The newest articles, as `GET /articles` answers; that takes the cursor, too.
    pub(super) newest: Page<ArticleCard>,
    /// The first hundred sections, by position.
    pub(super) sections: Vec<SectionView>,
    /// What advertises now in this section and language, by the key of the placement, as `GET /ads/{placement}` answers.
    pub(super) ads: AdsByPlace,
    /// Up to five articles that were read most within a day; made anew every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// Everything that a section's page is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct SectionPage {
    /// The site.
    pub(super) site: SiteView,
    /// The section.
    pub(super) section: SectionView,
    /// Its newest articles; `GET /articles?section=` its slug takes the cursor, too.
    pub(super) articles: Page<ArticleCard>,
    /// What advertises now in this section and language, by the key of the placement, as `GET /ads/{placement}` answers.
    pub(super) ads: AdsByPlace,
    /// Up to five articles that were read most within a day; made anew every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// Everything that an author's page is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorPage {
    /// The site.
    pub(super) site: SiteView,
    /// The author.
    pub(super) author: AuthorView,
    /// Their newest articles; `GET /articles?author=` their slug takes the cursor, too.
    pub(super) articles: Page<ArticleCard>,
    /// What advertises now in this section and language, by the key of the placement, as `GET /ads/{placement}` answers.
    pub(super) ads: AdsByPlace,
    /// Up to five articles that were read most within a day; made anew every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// Everything that a tag's page is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagPage {
    /// The site.
    pub(super) site: SiteView,
    /// The tag.
    pub(super) tag: TagView,
    /// The newest articles about it; `GET /articles?tag=` its slug takes the cursor, too.
    pub(super) articles: Page<ArticleCard>,
    /// What advertises now in this section and language, by the key of the placement, as `GET /ads/{placement}` answers.
    pub(super) ads: AdsByPlace,
    /// Up to five articles that were read most within a day; made anew every five minutes.
    pub(super) trending: Vec<ArticleCard>,
}

/// A page, and the tags of everything that it was made of.
pub(super) struct Made<P> {
    pub(super) page: P,
    pub(super) tags: Tags,
}

/// The tags of what is on every page: the site, lists of articles, which any article may join, and the ranking.
pub(super) fn tags_of_frame(site: &SiteView, trending: &[ArticleCard], until: Timestamp) -> Tags {
    let mut tags = Tags::of(&["site", "articles"]);
    site.logo().into_iter().for_each(|logo| tags.add("image", logo.id));
    tags.hold_until(until);
    tags_of(trending, tags)
}
