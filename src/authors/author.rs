//! An author: the row and the draft.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use super::queries::find_account;
use crate::db::{Id, Json, Timestamp, fold};
use crate::events::Tagged;
use crate::images::{self, Image};
use crate::input::{Custom, CustomKind, Draft, Line, Name, Reference, ReferenceTo, Slug};
use crate::markdown;
use crate::schema::authors;
use crate::site::SocialLink;
use crate::users::User;

/// The id of an author.
pub(crate) type AuthorId = Id<Author>;

impl Tagged for Author {
    const KIND: &'static str = "author";
}

/// An author as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = authors, treat_none_as_null = true)]
pub(crate) struct Author {
    pub(crate) id: AuthorId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) role_title: Option<String>,
    pub(crate) bio_markdown: String,
    pub(crate) bio_html: String,
    pub(crate) avatar_id: Option<Id<Image>>,
    pub(crate) links: Json<Vec<SocialLink>>,
    pub(crate) custom: Json<Custom>,
    /// The number of published articles. Edits do not write this column, so that none of them restores an old number.
    #[diesel(skip_update)]
    pub(crate) article_count: i32,
    pub(crate) user_id: Option<Id<User>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Whether the profile was created with its account and is not public yet.
    pub(crate) unlisted: bool,
}

/// The content of an author's profile, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorDraft {
    /// The name in bylines.
    #[schema(value_type = Name)]
    pub(crate) name: String,
    /// The slug: the author's name in URLs. Derived from the name if absent.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// The author's job title.
    #[schema(value_type = Option<Line>)]
    pub(crate) role_title: Option<String>,
    /// The author's biography.
    #[serde(default)]
    pub(crate) bio: BioDraft,
    /// The portrait, by image id.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) avatar: Option<Id<Image>>,
    /// The author's profiles on other sites.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(crate) links: Vec<SocialLink>,
    /// The account that the profile belongs to, by id. Only administrators may change this member. If a writer creates their own
    /// profile, the profile belongs to the writer's account.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) user: Option<Id<User>>,
    /// The site's custom members, as the custom schema for authors defines them.
    #[serde(default)]
    pub(crate) custom: Custom,
}

/// An author's biography, as clients send it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BioDraft {
    /// The biography as Markdown.
    #[serde(default)]
    #[schema(
        max_length = 10_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$",
        example = "Writes about **rails** and roads."
    )]
    pub(crate) markdown: String,
}

impl Draft for AuthorDraft {
    const CUSTOM: Option<CustomKind> = Some(CustomKind::Author);
    const DERIVED: &'static [&'static str] = &["/article_count", "/url"];
    const READ_ONLY: &'static [&'static str] = &["/id", "/bio/html", "/version", "/created_at", "/updated_at"];
    const REFERENCES: &'static [Reference] =
        &[Reference { pointer: "/avatar", find: images::find_reference }, Reference { pointer: "/user", find: find_account }];
}

impl Author {
    /// Returns a new author without content.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            slug: String::new(),
            name: String::new(),
            name_key: String::new(),
            role_title: None,
            bio_markdown: String::new(),
            bio_html: String::new(),
            avatar_id: None,
            links: Json(Vec::new()),
            custom: Json(Custom::default()),
            article_count: 0,
            user_id: None,
            version: 0,
            created_at: now,
            updated_at: now,
            unlisted: false,
        }
    }

    /// Returns the profile that is created with an account.
    pub(super) fn of_account(user: &User, slug: String, now: Timestamp) -> Self {
        Self {
            slug,
            name: user.name.clone(),
            name_key: user.name_key.clone(),
            user_id: Some(user.id),
            version: 1,
            unlisted: true,
            ..Self::new(now)
        }
    }

    /// Applies a draft to a new or existing author; every member is replaced.
    pub(super) fn revise(&mut self, draft: AuthorDraft, slug: String, now: Timestamp) {
        let AuthorDraft { name, slug: _, role_title, bio: BioDraft { markdown }, avatar, links, user, custom } = draft;
        self.name_key = fold(&name);
        self.name = name;
        self.slug = slug;
        self.role_title = role_title;
        self.bio_html = if markdown.is_empty() { String::new() } else { markdown::brief(&markdown) };
        self.bio_markdown = markdown;
        self.avatar_id = avatar;
        self.links = Json(links);
        self.user_id = user;
        self.custom = Json(custom);
        // A profile that is saved explicitly becomes public.
        self.unlisted = false;
        self.version += 1;
        self.updated_at = now;
    }
}
