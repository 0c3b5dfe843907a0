//! What an article may be made of.

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

/// What an article may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleDraft {
    /// The headline.
    #[schema(value_type = Title)]
    pub(crate) title: String,
    /// Article or standing page.
    #[serde(default = "article")]
    #[schema(default = "article")]
    pub(crate) kind: ArticleKind,
    /// Its address; made from the title where absent, with a number behind it where that is taken.
    #[schema(value_type = Option<Slug>)]
    pub(crate) slug: Option<String>,
    /// The sentence under the headline.
    #[schema(value_type = Option<Line>)]
    pub(crate) dek: Option<String>,
    /// What lists show; taken from the text where absent.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) excerpt: Option<String>,
    /// The text.
    #[serde(default)]
    pub(crate) body: BodyDraft,
    /// The picture above the text.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) hero_image: Option<Id<Image>>,
    /// Who signs it, in order; the caller's own profile where absent. Contributors and authors who have a profile can add
    /// others to it, but only editors take it off.
    #[schema(value_type = Option<Vec<ReferenceTo>>, max_items = 20)]
    pub(crate) authors: Option<Vec<Id<Author>>>,
    /// The section that it belongs to.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) section: Option<Id<Section>>,
    /// What it is about: ids, slugs or names; an unknown name makes a new tag.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub(crate) tags: Vec<ReferenceTo>,
    /// The language that it is written in.
    #[serde(default = "english")]
    #[schema(value_type = Locale, default = "en")]
    pub(crate) locale: String,
    /// The article that this is a translation of.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) translation_of: Option<ArticleId>,
    /// Whether front ends should make much of it.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) featured: bool,
    /// Whether readers may comment, as far as the site lets them.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) comments_open: bool,
    /// What search engines and social networks are told.
    #[serde(default)]
    pub(crate) seo: Seo,
    /// Members of your own.
    #[serde(default)]
    pub(crate) custom: Custom,
}

/// The text, in one of two forms. `blocks` beside `markdown`, and `html`, are accepted if they are what the sent text gives or what the
/// current version shows; otherwise the answer is `422` with the code `ambiguous`. `html` alone is `unsupported`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyDraft {
    /// The text in Markdown, its one stored form.
    #[schema(value_type = Option<Markdown>)]
    pub(crate) markdown: Option<String>,
    /// The text as blocks, which are turned into Markdown.
    #[schema(max_items = 2000)]
    pub(crate) blocks: Option<Vec<BlockInput>>,
}

impl ArticleDraft {
    /// What it makes of an article, given what has to be looked up.
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
        // The response to a restored revision has these members, too.
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

    /// Of a body that has both forms, the Markdown counts, unless a patch brought the blocks.
    fn settle(document: &mut Map<String, Value>, patch: Option<&Map<String, Value>>) {
        let patched = |name: &str| patch.and_then(|patch| patch.get("body")).is_some_and(|body| body.get(name).is_some());
        let Some(body) = document.get_mut("body").and_then(Value::as_object_mut) else { return };
        // With `null`, a patch takes the text away in all its forms.
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
            // An answer's block embeds its picture; of that, too, only the id counts.
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
