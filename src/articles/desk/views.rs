//! What the desk is shown of working copies, and what holders of a preview's token are.

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

/// What the desk sees of an article: the working copy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleEditorView {
    /// All but the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// What the desk alone needs.
    #[serde(flatten)]
    pub(crate) desk: Desk,
    /// The text.
    pub(crate) body: EditorBody,
    /// What the text has and readers do not get, in answers to saves, dry runs included: at most 50. Elsewhere empty.
    #[schema(max_items = 50)]
    pub(crate) warnings: Vec<Warning>,
}

/// What the desk sees of an article in lists.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleEditorCard {
    /// All but the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// What the desk alone needs.
    #[serde(flatten)]
    pub(crate) desk: Desk,
}

/// What the desk alone needs to know of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Desk {
    /// Where it stands.
    pub(crate) status: Status,
    /// Counts the changes; `"v7"` as an `ETag`.
    #[schema(minimum = 1, example = 7)]
    pub(crate) version: i32,
    /// The number of the last save.
    #[schema(minimum = 1, example = 5)]
    pub(crate) revision: i32,
    /// Whether readers see something older.
    pub(crate) has_unpublished_changes: bool,
    /// The article that this is a translation of, by the id of the group's first.
    pub(crate) translation_of: Option<ArticleId>,
    /// Whether readers may comment, as far as the site lets them.
    pub(crate) comments_open: bool,
    /// Who made it.
    pub(crate) created_by: Option<UserId>,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it is planned to be published or, where it is public, to be updated.
    pub(crate) scheduled_at: Option<Timestamp>,
    /// When readers stop getting it: what is public or, where nothing is, what is planned.
    pub(crate) until: Option<Timestamp>,
    /// The publication that is planned.
    pub(crate) schedule: Option<Schedule>,
    /// The submission that waits for an editor.
    pub(crate) review: Option<ReviewNote>,
    /// Who returned it from review, and what they said; until it is submitted again or published.
    pub(crate) returned: Option<ReviewNote>,
    /// The planned publication that could not be carried out; until it is scheduled or published.
    pub(crate) failed_publication: Option<FailedPublication>,
}

/// The text, with its source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EditorBody {
    /// The text in Markdown, its one stored form.
    #[schema(example = "The first trams run on **Saturday**.")]
    pub(crate) markdown: String,
    /// Sanitised HTML.
    #[schema(example = "<p>The first trams run on <strong>Saturday</strong>.</p>")]
    pub(crate) html: String,
    /// The same as blocks.
    pub(crate) blocks: Vec<BlockView>,
    /// The headings.
    pub(crate) toc: Vec<TocEntry>,
}

/// A working copy, whole.
pub(crate) fn editor_view(app: &App, conn: &mut Conn, article: Article) -> Result<ArticleEditorView> {
    let text = queries::text(conn, article.id)?;
    whole(app, conn, article, text)
}

/// A working copy as the answer to its save: with what the text has and readers do not get.
pub(crate) fn saved_view(app: &App, conn: &mut Conn, article: Article, text: ArticleText) -> Result<ArticleEditorView> {
    let warnings = warnings(conn, &text.rendered.0)?;
    Ok(ArticleEditorView { warnings, ..whole(app, conn, article, text)? })
}

/// A working copy, whole, of a text that is already loaded.
pub(crate) fn whole(app: &App, conn: &mut Conn, article: Article, text: ArticleText) -> Result<ArticleEditorView> {
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

/// Working copies, whole, as readers would get them if they were published now; for whoever holds a token alone.
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

/// A working copy with what publishing would add to it.
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
    // A draft may have no published copy for the site's rule to come along with.
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
