//! Authors as readers and as editors see them, and as articles show them.

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

/// What is read of an author to be shown with something else.
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
    /// What the other shows of them.
    pub(crate) fn card(self, links: &LinkConfig, avatar: Option<ImageView>) -> AuthorCard {
        let Self { id, slug, name, role_title, avatar_id: _ } = self;
        AuthorCard { url: links.author(&slug), id, slug, name, role_title, avatar }
    }
}

/// An author, where another resource shows them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorCard {
    /// Their id.
    pub(crate) id: AuthorId,
    /// Their address.
    #[schema(example = "mara-lind")]
    pub(crate) slug: String,
    /// The name that articles are signed with.
    #[schema(example = "Mara Lind")]
    pub(crate) name: String,
    /// What they do here.
    #[schema(example = "Transport correspondent")]
    pub(crate) role_title: Option<String>,
    /// Their picture.
    pub(crate) avatar: Option<ImageView>,
    /// Their page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/authors/mara-lind")]
    pub(crate) url: String,
}

/// What both views show of an author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorBasics {
    #[serde(flatten)]
    pub(crate) card: AuthorCard,
    /// Where they are found elsewhere.
    pub(crate) links: Vec<SocialLink>,
    /// How many published articles they have signed.
    #[schema(example = 42)]
    pub(crate) article_count: i32,
}

/// An author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorView {
    #[serde(flatten)]
    pub(crate) basics: AuthorBasics,
    /// Who they are.
    pub(crate) bio: Bio,
}

/// An author as editors see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthorEditorView {
    #[serde(flatten)]
    pub(crate) basics: AuthorBasics,
    /// Who they are.
    pub(crate) bio: BioSource,
    /// The account whose profile this is.
    pub(crate) user: Option<UserId>,
    /// Members of the site's own.
    pub(crate) custom: Custom,
}

/// Who an author is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Bio {
    /// A paragraph or two of safe HTML; empty where there is none.
    #[schema(example = "<p>Writes about <strong>rails</strong> and roads.</p>")]
    pub(crate) html: String,
}

/// Who an author is, as written and as shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BioSource {
    /// A paragraph or two of Markdown; empty where there is none.
    #[schema(example = "Writes about **rails** and roads.")]
    pub(crate) markdown: String,
    /// The safe HTML made of it.
    #[schema(example = "<p>Writes about <strong>rails</strong> and roads.</p>")]
    pub(crate) html: String,
}

impl Author {
    /// What other resources show of them.
    pub(crate) fn card(&self, links: &LinkConfig, avatar: Option<ImageView>) -> AuthorCard {
        let (slug, name, role_title) = (self.slug.clone(), self.name.clone(), self.role_title.clone());
        Byline { id: self.id, slug, name, role_title, avatar_id: self.avatar_id }.card(links, avatar)
    }

    fn basics(&self, card: AuthorCard) -> AuthorBasics {
        AuthorBasics { card, links: self.links.0.clone(), article_count: self.article_count }
    }

    /// What readers see of them.
    fn view(&self, card: AuthorCard) -> AuthorView {
        AuthorView { basics: self.basics(card), bio: Bio { html: self.bio_html.clone() } }
    }

    /// What editors see of them.
    fn editor_view(&self, card: AuthorCard) -> AuthorEditorView {
        AuthorEditorView {
            basics: self.basics(card),
            bio: BioSource { markdown: self.bio_markdown.clone(), html: self.bio_html.clone() },
            user: self.user_id,
            custom: self.custom.0.clone(),
        }
    }
}

/// What readers see of authors.
pub(super) fn views(conn: &mut Conn, links: &LinkConfig, authors: &[Author]) -> Result<Vec<AuthorView>> {
    let cards = cards_of(conn, links, authors)?;
    Ok(authors.iter().zip(cards).map(|(author, card)| author.view(card)).collect())
}

/// What editors see of an author, but for the version; nothing where there is no author.
pub(super) fn editor_view(conn: &mut Conn, links: &LinkConfig, author: &Author) -> Result<Option<AuthorEditorView>> {
    Ok(cards_of(conn, links, std::slice::from_ref(author))?.pop().map(|card| author.editor_view(card)))
}

fn cards_of(conn: &mut Conn, links: &LinkConfig, authors: &[Author]) -> Result<Vec<AuthorCard>> {
    let ids: Vec<_> = authors.iter().filter_map(|author| author.avatar_id).collect();
    let avatars = images::views(conn, links, &ids)?;
    let avatar = |author: &Author| author.avatar_id.and_then(|id| avatars.get(&id).cloned());
    Ok(authors.iter().map(|author| author.card(links, avatar(author))).collect())
}
