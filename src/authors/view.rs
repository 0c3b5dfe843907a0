//! The public view, the editor's view and the card of an author.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::author::{Author, AuthorId};
use crate::config::LinkConfig;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::images::{self, Image, ImageView};
use crate::input::Custom;
use crate::schema::authors;
use crate::site::SocialLink;
use crate::users::User;

/// The id of an account.
type UserId = Id<User>;

/// The columns of an author that other resources show.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = authors)]
pub(crate) struct Byline {
    pub(crate) id: AuthorId,
    slug: String,
    name: String,
    role_title: Option<String>,
    pub(crate) avatar_id: Option<Id<Image>>,
}

impl Byline {
    /// Returns the card of the author.
    pub(crate) fn card(self, links: &LinkConfig, avatar: Option<ImageView>) -> AuthorCard {
        let Self { id, slug, name, role_title, avatar_id: _ } = self;
        AuthorCard { url: links.author(&slug), id, slug, name, role_title, avatar }
    }
}

/// An author, as embedded in other resources.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorCard {
    /// The author's id.
    pub(crate) id: AuthorId,
    /// The slug: the author's name in URLs.
    #[schema(example = "mara-lind")]
    pub(crate) slug: String,
    /// The name in bylines.
    #[schema(example = "Mara Lind")]
    pub(crate) name: String,
    /// The author's job title.
    #[schema(example = "Transport correspondent")]
    pub(crate) role_title: Option<String>,
    /// The portrait.
    pub(crate) avatar: Option<ImageView>,
    /// The URL of the author's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/authors/mara-lind")]
    pub(crate) url: String,
}

/// The members that both views of an author share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorBasics {
    #[serde(flatten)]
    pub(crate) card: AuthorCard,
    /// The author's profiles on other sites.
    pub(crate) links: Vec<SocialLink>,
    /// The number of published articles by the author.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
}

/// An author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorView {
    #[serde(flatten)]
    pub(crate) basics: AuthorBasics,
    /// The author's biography.
    pub(crate) bio: Bio,
}

/// An author, as editors see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorEditorView {
    #[serde(flatten)]
    pub(crate) basics: AuthorBasics,
    /// The author's biography, as source and as HTML.
    pub(crate) bio: BioSource,
    /// The id of the account that the profile belongs to.
    pub(crate) user: Option<UserId>,
    /// The site's custom members.
    pub(crate) custom: Custom,
}

/// An author's biography.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Bio {
    /// The biography as sanitised HTML; empty if there is none.
    #[schema(example = "<p>Writes about <strong>rails</strong> and roads.</p>")]
    pub(crate) html: String,
}

/// An author's biography, as source and as HTML.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BioSource {
    /// The biography as Markdown; empty if there is none.
    #[schema(example = "Writes about **rails** and roads.")]
    pub(crate) markdown: String,
    /// The sanitised HTML rendered from the Markdown.
    #[schema(example = "<p>Writes about <strong>rails</strong> and roads.</p>")]
    pub(crate) html: String,
}

impl Author {
    /// Returns the card of the author.
    pub(crate) fn card(&self, links: &LinkConfig, avatar: Option<ImageView>) -> AuthorCard {
        let (slug, name, role_title) = (self.slug.clone(), self.name.clone(), self.role_title.clone());
        Byline { id: self.id, slug, name, role_title, avatar_id: self.avatar_id }.card(links, avatar)
    }

    fn basics(&self, card: AuthorCard) -> AuthorBasics {
        AuthorBasics { card, links: self.links.0.clone(), article_count: self.article_count }
    }

    /// Returns the public view of the author.
    fn view(&self, card: AuthorCard) -> AuthorView {
        AuthorView { basics: self.basics(card), bio: Bio { html: self.bio_html.clone() } }
    }

    /// Returns the editor's view of the author.
    fn editor_view(&self, card: AuthorCard) -> AuthorEditorView {
        AuthorEditorView {
            basics: self.basics(card),
            bio: BioSource { markdown: self.bio_markdown.clone(), html: self.bio_html.clone() },
            user: self.user_id,
            custom: self.custom.0.clone(),
        }
    }
}

/// Returns the public views of authors.
pub(super) fn views(conn: &mut Conn, links: &LinkConfig, authors: &[Author]) -> Result<Vec<AuthorView>> {
    let cards = cards_of(conn, links, authors)?;
    Ok(authors.iter().zip(cards).map(|(author, card)| author.view(card)).collect())
}

/// Returns the editor's view of an author, without the version.
pub(super) fn editor_view(conn: &mut Conn, links: &LinkConfig, author: &Author) -> Result<Option<AuthorEditorView>> {
    Ok(cards_of(conn, links, std::slice::from_ref(author))?.pop().map(|card| author.editor_view(card)))
}

fn cards_of(conn: &mut Conn, links: &LinkConfig, authors: &[Author]) -> Result<Vec<AuthorCard>> {
    let ids: Vec<_> = authors.iter().filter_map(|author| author.avatar_id).collect();
    let avatars = images::views(conn, links, &ids)?;
    let avatar = |author: &Author| author.avatar_id.and_then(|id| avatars.get(&id).cloned());
    Ok(authors.iter().map(|author| author.card(links, avatar(author))).collect())
}
