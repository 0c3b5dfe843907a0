//! The content of an article, as clients send it.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleKind, Content, Seo};
use super::queries;
use crate::authors::{self, Author};
use crate::db::{Id, Json};
use crate::images::{self, Image};
use crate::input::{Custom, CustomKind, Draft, Line, Locale, Markdown, Paragraph, Reference, ReferenceTo, Slug, Title};
use crate::markdown::BlockInput;
use crate::taxonomy::{self, Section};

/// The content of an article, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleDraft {
    /// The headline.
    #[schema(value_type = Title)]
    pub(crate) title: String,
    /// The kind: article or standing page.
    #[serde(default = "article")]
    #[schema(default = "article")]
    pub(crate) kind: ArticleKind,
    /// The slug: the article's name in URLs. Derived from the title if absent, with a number added if that slug is taken.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// The sentence under the headline.
    #[schema(value_type = Option<Line>)]
    pub(crate) dek: Option<String>,
    /// The excerpt that lists show. Taken from the text if absent.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) excerpt: Option<String>,
    /// The text of the article.
    #[serde(default)]
    pub(crate) body: BodyDraft,
    /// The image above the text, by id.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) hero_image: Option<Id<Image>>,
    /// The authors, in the order of the byline; the caller's own profile if absent. Contributors and authors with a profile can add other
    /// authors, but only editors can remove the caller's profile.
    #[schema(value_type = Option<Vec<ReferenceTo>>, max_items = 20)]
    pub(crate) authors: Option<Vec<Id<Author>>>,
    /// The section of the article, by id or slug.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) section: Option<Id<Section>>,
    /// The tags, by id, slug or name. An unknown name creates a tag.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub(crate) tags: Vec<ReferenceTo>,
    /// The language of the article, as a BCP 47 tag.
    #[serde(default = "english")]
    #[schema(value_type = Locale, default = "en")]
    pub(crate) locale: String,
    /// The article that this is a translation of, by id or slug.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) translation_of: Option<ArticleId>,
    /// Whether front ends should highlight the article.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) featured: bool,
    /// Whether readers may comment, if the site's settings permit it.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) comments_open: bool,
    /// The metadata for search engines and social networks.
    #[serde(default)]
    pub(crate) seo: Seo,
    /// The site's custom members, as the custom schema for articles defines them.
    #[serde(default)]
    pub(crate) custom: Custom,
}

/// The text of an article, as `markdown` or as `blocks`. A request may also send back forms that the server derived, such as `html`.
/// Each of them must match either the text that the request sends or the current version; otherwise the response is `422` with the
/// code `ambiguous`. A request with `html` alone gets `unsupported`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyDraft {
    /// The text as Markdown, the form in which it is stored.
    #[schema(value_type = Option<Markdown>)]
    pub(crate) markdown: Option<String>,
    /// The text as blocks, which are converted to Markdown.
    #[schema(max_items = 2000)]
    pub(crate) blocks: Option<Vec<BlockInput>>,
}

impl ArticleDraft {
    /// Returns the content that the draft describes. The caller looks up the slug and the translation group.
    pub(crate) fn content(self, slug: String, translation_group: ArticleId) -> Content {
        Content {
            kind: self.kind,
            slug,
            title: self.title,
            dek: self.dek,
            excerpt: self.excerpt,
            hero_image: self.hero_image,
            section: self.section,
            locale: self.locale,
            translation_group,
            featured: self.featured,
            comments_open: self.comments_open,
            seo: Json(self.seo),
            custom: Json(self.custom.0),
        }
    }
}

impl Draft for ArticleDraft {
    const DERIVED: &'static [&'static str] = &[
        "/url",
        "/body/html",
        "/body/toc",
        "/word_count",
        "/reading_minutes",
        "/comments",
        "/share",
        "/seo/json_ld",
        "/warnings",
        // A member of the response to a restored revision.
        "/missing",
    ];
    const READ_ONLY: &'static [&'static str] = &[
        "/id",
        "/status",
        "/version",
        "/revision",
        "/created_by",
        "/created_at",
        "/updated_at",
        "/published_at",
        "/corrections",
        "/scheduled_at",
        "/until",
        "/schedule",
        "/review",
        "/returned",
        "/failed_publication",
        "/has_unpublished_changes",
        "/translations",
        "/comments/open",
    ];
    const REFERENCES: &'static [Reference] = &[
        Reference { pointer: "/authors/*", find: authors::find_reference },
        Reference { pointer: "/hero_image", find: images::find_reference },
        Reference { pointer: "/seo/image", find: images::find_reference },
        Reference { pointer: "/section", find: taxonomy::find_section },
        Reference { pointer: "/translation_of", find: queries::find_reference },
    ];
    const CUSTOM: Option<CustomKind> = Some(CustomKind::Article);

    /// If a body has both forms, the Markdown is used, unless a merge patch contains blocks but no Markdown.
    fn settle(document: &mut Map<String, Value>, patch: Option<&Map<String, Value>>) {
        let patched = |name: &str| patch.and_then(|patch| patch.get("body")).is_some_and(|body| body.get(name).is_some());
        let Some(body) = document.get_mut("body").and_then(Value::as_object_mut) else { return };
        // A patch with `null` removes the text in all its forms.
        let is_cleared = |name: &str| patch.is_some_and(|patch| patch.get("body").and_then(|body| body.get(name)) == Some(&Value::Null));
        let given = |name: &str| patched(name) && !is_cleared(name);
        if (is_cleared("markdown") && !given("blocks")) || (is_cleared("blocks") && !given("markdown")) {
            body.shift_remove("markdown");
            body.shift_remove("blocks");
        } else if given("blocks") && !given("markdown") {
            body.shift_remove("markdown");
        } else if body.get("markdown").is_some_and(|markdown| !markdown.is_null()) {
            body.shift_remove("blocks");
        }
        for block in body.get_mut("blocks").and_then(Value::as_array_mut).into_iter().flatten() {
            // A block in a response embeds its image; only the id of the image is used.
            if let Some(id) = block.pointer("/image/id").cloned() {
                block["image"] = id;
            }
        }
    }
}

fn article() -> ArticleKind {
    ArticleKind::Article
}

fn english() -> String {
    "en".into()
}

fn yes() -> bool {
    true
}
