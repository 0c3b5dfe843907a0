//! Parses an article that a client sends and reports all validation errors at once, including those found by rendering the text and
//! checking the tags.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::article::{Article, ArticleText};
use super::draft::{ArticleDraft, BodyDraft};
use super::{body_forms, queries, slugs};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Fault, Result};
use crate::input::{Draft, Input};
use crate::markdown::{self, BlockInput, Rendered, RenderedBody};
use crate::taxonomy;

/// The maximum number of tags that are checked; the schema refuses more.
const MAX_TAGS: usize = 30;

/// A valid draft and its text.
pub(crate) struct ParsedArticle {
    pub(crate) draft: ArticleDraft,
    pub(crate) markdown: String,
    pub(crate) rendered: Arc<Rendered>,
}

/// The article that a draft changes.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    /// The working copy.
    pub(crate) article: &'a Article,
    /// The text of the working copy.
    pub(crate) text: &'a ArticleText,
    /// The editor view of the working copy.
    pub(crate) view: &'a Value,
}

/// Parses a request body, and renders its text if no rendering is available yet.
pub(crate) fn parse(app: &App, conn: &mut Conn, input: &Input, before: Option<Before<'_>>) -> Result<ParsedArticle> {
    parse_as(app, conn, input, Reading { before, is_stale: false })
}

/// Parses a request body based on a stale version, which may contain that version's derived members.
pub(crate) fn parse_stale(app: &App, conn: &mut Conn, input: &Input, before: Before<'_>) -> Result<ParsedArticle> {
    parse_as(app, conn, input, Reading { before: Some(before), is_stale: true })
}

/// The options for parsing a request body.
#[derive(Clone, Copy)]
struct Reading<'a> {
    before: Option<Before<'a>>,
    /// Whether the request body is based on a stale version.
    is_stale: bool,
}

fn parse_as(app: &App, conn: &mut Conn, input: &Input, reading: Reading<'_>) -> Result<ParsedArticle> {
    let Reading { before, is_stale } = reading;
    let parsed = match before {
        None => input.create::<ArticleDraft>(conn),
        Some(before) => input.revise::<ArticleDraft>(conn, before.view),
    };
    let (draft, mut faults) = match parsed {
        Ok(draft) => (Some(draft), Vec::new()),
        Err(error) if error.code() == Code::ValidationFailed => (None, error.faults().to_vec()),
        Err(error) => return Err(error),
    };
    let sent = input.object()?;
    let text = match &draft {
        Some(draft) => Some(TextSource::of(app, &draft.body, before)),
        None => sent_body(&sent).map(|body| TextSource::of(app, &body, before)),
    };
    let mut found: Vec<Fault> = slug_fault(&sent, before).into_iter().collect();
    found.extend(tag_faults(conn, &sent)?);
    found.extend(text.as_ref().map(|text| text.faults(conn, before)).transpose()?.unwrap_or_default());
    if !is_stale {
        found.extend(body_forms::faults(&sent, before, text.as_ref().and_then(|text| text.rendered.as_deref().ok())));
    }
    // A schema error hides all further errors at the same place.
    found.retain(|fault| !faults.iter().any(|known| known.pointer() == fault.pointer()));
    faults.extend(found);
    match (draft, text) {
        (Some(draft), Some(TextSource { markdown, rendered: Ok(rendered), .. })) if faults.is_empty() => {
            Ok(ParsedArticle { draft, markdown, rendered })
        }
        _ => Err(Error::invalid(faults)),
    }
}

/// Renders the text of an article before the transaction that needs the rendering. The operation reports any errors.
pub(crate) fn prepare(app: &App, input: &Input) {
    if let Ok(sent) = input.object()
        && let Some(body) = sent_body(&sent)
    {
        let _ = TextSource::of(app, &body, None);
    }
}

/// Returns the sent `body` of the article, if it is valid on its own.
fn sent_body(sent: &Map<String, Value>) -> Option<BodyDraft> {
    let mut document = Map::from_iter([("body".to_owned(), sent.get("body")?.clone())]);
    ArticleDraft::settle(&mut document, None);
    let mut body = document.shift_remove("body")?;
    let members = body.as_object_mut()?;
    members.retain(|name, _| name == "markdown" || name == "blocks");
    serde_json::from_value(body).ok()
}

/// A rendered text, and the member of the request body that contains it.
struct TextSource {
    markdown: String,
    pointer: &'static str,
    /// The number of blocks sent, if they are the source.
    sent_blocks: Option<usize>,
    /// The images in the sent blocks, with the index of the block.
    pictures: Vec<(usize, String)>,
    rendered: RenderedBody,
}

impl TextSource {
    fn of(app: &App, body: &BodyDraft, before: Option<Before<'_>>) -> Self {
        let (markdown, pointer) = match (&body.markdown, &body.blocks) {
            (Some(markdown), _) => (markdown.clone(), "/body/markdown"),
            (None, Some(blocks)) => (markdown::compose(blocks), "/body/blocks"),
            (None, None) => (String::new(), "/body"),
        };
        let pictures = body.blocks.iter().flatten().enumerate();
        let pictures = pictures.filter_map(|(index, block)| BlockInput::picture(block).map(|id| (index, id.to_owned()))).collect();
        let rendered = match before.filter(|before| before.text.markdown == markdown && before.article.revision > 0) {
            Some(before) => Ok(Arc::new(before.text.rendered.0.clone())),
            None => app.renderings.body(&markdown),
        };
        let sent_blocks = body.blocks.as_ref().filter(|_| body.markdown.is_none()).map(Vec::len);
        Self { markdown, pointer, sent_blocks, pictures, rendered }
    }

    /// Returns the errors of the text. An image that the text already showed is no error, even if it has been deleted since.
    fn faults(&self, conn: &mut Conn, before: Option<Before<'_>>) -> Result<Vec<Fault>> {
        let rendered = match &self.rendered {
            Ok(rendered) => rendered,
            Err(why) => return Ok(vec![Fault::at(self.pointer, "too_complex", *why)]),
        };
        let known = queries::existing_images(conn, &rendered.images)?;
        let shown_before = before.map(|before| before.text.rendered.0.images.as_slice()).unwrap_or_default();
        let is_known = |id: &&String| known.iter().chain(shown_before).any(|known| known.eq_ignore_ascii_case(id));
        let unknown = rendered.images.iter().filter(|id| !is_known(id));
        let fault = |id: &String| {
            Fault::at(self.place_of(id), "unknown_reference", format!("The text shows the image {id:?}, which does not exist."))
        };
        let named = rendered.unknown_images.iter().map(|(block, name)| {
            let detail = format!("The text shows the image {name:?}; write image:ID with the id in the response to the upload.");
            Fault::at(self.place_in(*block, rendered), "unknown_reference", detail)
        });
        Ok(unknown.map(fault).chain(named).collect())
    }

    /// Returns the pointer to a block if the rendering has as many blocks as were sent; otherwise, the pointer to the whole text.
    fn place_in(&self, block: usize, rendered: &Rendered) -> String {
        if self.sent_blocks == Some(rendered.blocks.len()) { format!("/body/blocks/{block}/markdown") } else { self.pointer.to_owned() }
    }

    fn place_of(&self, image: &str) -> String {
        let block = self.pictures.iter().find(|(_, id)| self.pointer == "/body/blocks" && id.eq_ignore_ascii_case(image));
        block.map_or_else(|| self.pointer.to_owned(), |(index, _)| format!("/body/blocks/{index}/image"))
    }
}

fn slug_fault(sent: &Map<String, Value>, before: Option<Before<'_>>) -> Option<Fault> {
    let slug = sent.get("slug")?.as_str()?;
    let is_own = before.is_some_and(|before| before.article.content.slug == slug);
    let detail = || format!("{slug:?} is reserved for paths of the site or the API.");
    (slugs::is_reserved(slug) && !is_own).then(|| Fault::at("/slug", "reserved", detail()))
}

fn tag_faults(conn: &mut Conn, sent: &Map<String, Value>) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let tags = sent.get("tags").and_then(Value::as_array).into_iter().flatten().take(MAX_TAGS);
    for (index, tag) in tags.enumerate() {
        let Some(name) = tag.as_str().or_else(|| tag.get("id")?.as_str()) else { continue };
        if !taxonomy::could_be_tag(conn, name)? {
            faults.push(unknown_tag(index, name));
        }
    }
    Ok(faults)
}

/// Returns the error for a tag that does not exist and cannot be created.
pub(crate) fn unknown_tag(index: usize, name: &str) -> Fault {
    Fault::at(format!("/tags/{index}"), "unknown_reference", format!("There is no tag {name:?}."))
}
