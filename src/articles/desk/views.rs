//! The views of working copies, for editors and for preview tokens.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::content::cards::{Belongings, CardInput, Live, Metadata};
use super::super::content::content::ArticleId;
use super::super::content::text::Text;
use super::super::content::view::{ArticleBody, ArticleCard, ArticleView, BlockView};
use super::super::public::queries::translations;
use super::article::{Article, ArticleText, ListedArticle, Status};
use super::plan::{ArticlePlan, FailedPublication, ReviewNote, Schedule};
use super::{plan_queries, queries};
use crate::ads;
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::markdown::{Block, MAX_WARNINGS, Rendered, TocEntry, Warning};
use crate::site;
use crate::users::UserId;

/// The editor view of an article: the working copy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleEditorView {
    /// The members that readers see, too, except the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// The members for editors.
    #[serde(flatten)]
    pub(crate) desk: Desk,
    /// The text of the working copy.
    pub(crate) body: EditorBody,
    /// Parts of the text that readers do not get, at most 50. The list is empty except in responses to saves and to dry
    /// runs of saves.
    #[schema(max_items = 50)]
    pub(crate) warnings: Vec<Warning>,
}

/// A working copy in lists, without its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleEditorCard {
    /// The members that readers see, too, except the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// The members for editors.
    #[serde(flatten)]
    pub(crate) desk: Desk,
}

/// The members of an article that only editors see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Desk {
    /// The publication status.
    pub(crate) status: Status,
    /// The version, which counts the changes. The `ETag` of version 7 is `"v7"`.
    #[schema(minimum = 1, example = 7)]
    pub(crate) version: i32,
    /// The number of the latest revision.
    #[schema(minimum = 1, example = 5)]
    pub(crate) revision: i32,
    /// Whether the working copy is newer than the published version.
    pub(crate) has_unpublished_changes: bool,
    /// The id of the first article in the group of translations; `null` for that article itself.
    pub(crate) translation_of: Option<ArticleId>,
    /// Whether readers may comment, if the site's settings permit it.
    pub(crate) comments_open: bool,
    /// The id of the user who created the article.
    pub(crate) created_by: Option<UserId>,
    /// The time when the article was created.
    pub(crate) created_at: Timestamp,
    /// The time of the scheduled publication; `null` if none is scheduled.
    pub(crate) scheduled_at: Option<Timestamp>,
    /// The time when the publication ends: the current one or, if there is none, the scheduled one.
    pub(crate) until: Option<Timestamp>,
    /// The scheduled publication.
    pub(crate) schedule: Option<Schedule>,
    /// The submission that waits for review by an editor.
    pub(crate) review: Option<ReviewNote>,
    /// The last return from review, until the article is submitted again, scheduled or published.
    pub(crate) returned: Option<ReviewNote>,
    /// The last scheduled publication that failed, until the article is scheduled or published.
    pub(crate) failed_publication: Option<FailedPublication>,
}

/// The text of an article, with its source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EditorBody {
    /// The text as Markdown, the form in which it is stored.
    #[schema(example = "The first trams run on **Saturday**.")]
    pub(crate) markdown: String,
    /// The text as sanitised HTML.
    #[schema(example = "<p>The first trams run on <strong>Saturday</strong>.</p>")]
    pub(crate) html: String,
    /// The text as blocks.
    pub(crate) blocks: Vec<BlockView>,
    /// The table of contents.
    pub(crate) toc: Vec<TocEntry>,
}

/// Returns the editor view of a working copy.
pub(crate) fn editor_view(app: &App, conn: &mut Conn, article: Article) -> Result<ArticleEditorView> {
    let text = queries::text(conn, article.id)?;
    view_with_text(app, conn, article, text)
}

/// Returns the editor view of a saved working copy, with warnings.
pub(crate) fn saved_view(app: &App, conn: &mut Conn, article: Article, text: ArticleText) -> Result<ArticleEditorView> {
    let warnings = warnings(conn, &text.rendered.0)?;
    Ok(ArticleEditorView { warnings, ..view_with_text(app, conn, article, text)? })
}

/// Returns the editor view of a working copy whose text is already loaded.
pub(crate) fn view_with_text(app: &App, conn: &mut Conn, article: Article, text: ArticleText) -> Result<ArticleEditorView> {
    let plan = plan_queries::plan(conn, article.id)?;
    let ArticleText { article_id: _, markdown, rendered } = text;
    let text = Text::from(rendered.0);
    let desk = desk(&article, &plan);
    let inputs = [CardInput::from(article)];
    let live = live(app, conn, &inputs, std::slice::from_ref(&text))?;
    let [input] = inputs;
    let ArticleBody { html, blocks, toc } = live.body(text);
    let body = EditorBody { markdown, html, blocks, toc };
    Ok(ArticleEditorView { card: live.card(app, input, Metadata::Stored), desk, body, warnings: Vec::new() })
}

/// Returns the warnings about a text, including those about ads without a placement.
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
        Warning::at(index, "unknown_placement", format!("There is no placement {key:?}; no ad is shown until the placement exists."))
    };
    let room = MAX_WARNINGS.saturating_sub(warnings.len());
    warnings.extend(unknown.take(room).map(warning));
    Ok(warnings)
}

/// Returns cards of working copies.
pub(crate) fn editor_cards(app: &App, conn: &mut Conn, articles: Vec<ListedArticle>) -> Result<Vec<ArticleEditorCard>> {
    let mut plans = plan_queries::plans(conn, &articles.iter().map(|article| article.id).collect::<Vec<_>>())?;
    let whole = articles.into_iter().map(|listed| {
        let plan = plans.remove(&listed.id).unwrap_or_else(|| ArticlePlan::none(listed.id));
        (desk(&listed, &plan), CardInput::from(listed.article))
    });
    let (desks, inputs): (Vec<Desk>, Vec<CardInput>) = whole.unzip();
    let live = live(app, conn, &inputs, &[])?;
    let cards = inputs.into_iter().zip(desks);
    Ok(cards.map(|(input, desk)| ArticleEditorCard { card: live.card(app, input, Metadata::Stored), desk }).collect())
}

/// Returns public views of working copies, as if they were published now; only for preview tokens.
pub(crate) fn previews(app: &App, conn: &mut Conn, articles: Vec<Article>) -> Result<Vec<ArticleView>> {
    let now = app.now();
    let mut texts = queries::texts(conn, &articles.iter().map(|article| article.id).collect::<Vec<_>>())?;
    let (inputs, texts): (Vec<CardInput>, Vec<Text>) = articles
        .into_iter()
        .map(|article| {
            let rendered = texts.remove(&article.id).map(|text| text.rendered.0).unwrap_or_default();
            (as_public(article, &rendered, now), Text::from(rendered))
        })
        .unzip();
    let live = live(app, conn, &inputs, &texts)?;
    let whole = inputs.into_iter().zip(texts);
    Ok(whole.map(|(input, text)| ArticleView { card: live.card(app, input, Metadata::Derived), body: live.body(text) }).collect())
}

/// Returns a working copy with the data that publishing would add.
fn as_public(article: Article, text: &Rendered, now: Timestamp) -> CardInput {
    let mut input = CardInput::from(article);
    input.published_at.get_or_insert(now);
    let content = &mut input.content;
    let own = content.excerpt.take().or_else(|| content.dek.clone());
    content.excerpt = own.or_else(|| Some(text.excerpt.clone()).filter(|excerpt| !excerpt.is_empty()));
    input
}

fn live(app: &App, conn: &mut Conn, inputs: &[CardInput], texts: &[Text]) -> Result<Live> {
    let ids: Vec<ArticleId> = inputs.iter().map(|input| input.id).collect();
    let groups: Vec<ArticleId> = inputs.iter().map(|input| input.content.translation_group).collect();
    let (authors, tags) = (queries::authors(conn, &ids)?, queries::tags(conn, &ids)?);
    let (translations, _) = translations(conn, &groups)?;
    // `translations` returns the site's rule only if the group has a published article.
    let closing = site::settings(conn)?.comment_policy.closing();
    Live::load(app, conn, Belongings { authors, tags, translations, closing }, inputs, texts)
}

impl From<Article> for CardInput {
    fn from(row: Article) -> Self {
        Self {
            id: row.id,
            content: row.content.with_excerpt(row.excerpt),
            word_count: row.word_count,
            reading_minutes: row.reading_minutes,
            corrections: row.corrections.0,
            comment_count: row.comment_count,
            published_at: row.published_at,
            updated_at: row.updated_at,
        }
    }
}

fn desk(article: &Article, plan: &ArticlePlan) -> Desk {
    let group = article.content.translation_group;
    Desk {
        status: article.status,
        version: article.version,
        revision: article.revision,
        has_unpublished_changes: article.status == Status::Published && article.has_unpublished_changes(),
        translation_of: (group != article.id).then_some(group),
        comments_open: article.content.comments_open,
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
