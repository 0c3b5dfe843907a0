//! Checks an article body that was sent in several forms: derived members must match the source, so that no edit is silently lost.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::parse::Before;
use crate::error::Fault;
use crate::markdown::{self, Block, Rendered};

/// The maximum number of validation errors reported.
const MAX_FAULTS: usize = 50;
/// The members of a block that are derived from its source.
const DERIVED: [&str; 11] = ["html", "text", "anchor", "items", "headers", "rows", "align", "ordered", "start", "provider", "embed_url"];

/// Returns the validation errors of a body's forms. `rendered` is the rendering of the sent source. If the source itself has an
/// error, `rendered` is `None`, and the forms are not compared.
pub(crate) fn faults(sent: &Map<String, Value>, before: Option<Before<'_>>, rendered: Option<&Rendered>) -> Vec<Fault> {
    let Some(body) = sent.get("body").and_then(Value::as_object) else { return Vec::new() };
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let (markdown, blocks, html) = (given("markdown"), given("blocks"), given("html"));
    if html.is_some() && markdown.is_none() && blocks.is_none() {
        let detail = "`html` cannot be sent alone; send `markdown`, which may contain HTML, or `blocks`.";
        return vec![Fault::at("/body/html", "unsupported", detail)];
    }
    let (true, Some(rendered)) = (html.is_some() || blocks.is_some(), rendered) else { return Vec::new() };
    let shown = Shown { before, rendered };
    let mut faults = Vec::new();
    if html.is_some_and(|html| !shown.has_html(html)) {
        faults.push(ambiguous("/body/html", "The HTML matches neither the sent text nor the current version; omit `html`."));
    }
    match (markdown, blocks.and_then(Value::as_array)) {
        (Some(_), Some(blocks)) if !shown.has_blocks(blocks) => {
            let detail = "The blocks match neither `markdown` nor the current version; send either `markdown` or `blocks`.";
            faults.push(ambiguous("/body/blocks", detail));
        }
        (None, Some(blocks)) => faults.extend(shown.edited(blocks)),
        _ => {}
    }
    faults
}

fn ambiguous(pointer: impl Into<String>, detail: &str) -> Fault {
    Fault::at(pointer, "ambiguous", detail)
}

/// The two texts from which a client may have derived members: the current text and the one sent.
struct Shown<'a> {
    before: Option<Before<'a>>,
    rendered: &'a Rendered,
}

impl Shown<'_> {
    fn texts(&self) -> impl Iterator<Item = &Rendered> {
        let current = self.before.map(|before| &before.text.rendered.0);
        current.into_iter().chain([self.rendered])
    }

    /// Returns the ids of the images in the editor view, which omits deleted images.
    fn pictures(&self) -> HashSet<&str> {
        let blocks = self.before.and_then(|before| before.view.pointer("/body/html")).and_then(Value::as_str);
        blocks.map(markdown::pictures).unwrap_or_default()
    }

    fn has_html(&self, sent: &Value) -> bool {
        let Some(html) = sent.as_str() else { return false };
        if self.before.is_some_and(|before| before.view.pointer("/body/html") == Some(sent)) {
            return true;
        }
        let pictures = self.pictures();
        self.texts().any(|text| markdown::is_hydrated(html, &text.html, |id| !self.is_deleted(&pictures, id)))
    }

    fn has_blocks(&self, sent: &[Value]) -> bool {
        let pictures = self.pictures();
        self.texts().any(|text| are_same(sent, &values(&text.blocks), |image| self.is_deleted(&pictures, image)))
    }

    /// Checks whether the editor view omits an image of the text because it was deleted.
    fn is_deleted(&self, pictures: &HashSet<&str>, image: &str) -> bool {
        self.before.is_some() && !pictures.contains(image)
    }

    /// Returns errors for derived members that match neither the source of their block nor the current version of it.
    fn edited(&self, sent: &[Value]) -> Vec<Fault> {
        let (mut sources, mut own, mut any) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (index, text) in self.texts().enumerate() {
            let is_current = self.before.is_some() && index == 0;
            for block in values(&text.blocks) {
                let source = source(&block);
                for (name, value) in derived(&block) {
                    own.insert(format!("{source}\0{name}\0{value}"));
                    any.insert(format!("{name}\0{value}"));
                }
                if is_current {
                    sources.insert(source);
                }
            }
        }
        let mut faults = Vec::new();
        for (index, block) in sent.iter().enumerate() {
            let source = source(block);
            let is_known = sources.contains(&source);
            for (name, value) in derived(block) {
                let is_shown =
                    if is_known { own.contains(&format!("{source}\0{name}\0{value}")) } else { any.contains(&format!("{name}\0{value}")) };
                if !is_shown && faults.len() < MAX_FAULTS {
                    let detail = "This member does not match the source of the block; edit the source, or omit this member.";
                    faults.push(ambiguous(format!("/body/blocks/{index}/{name}"), detail));
                }
            }
        }
        faults
    }
}

fn values(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(|block| serde_json::to_value(block).unwrap_or_default()).collect()
}

/// Returns the source of a block, as a key for comparison.
fn source(block: &Value) -> String {
    let member = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
    [member("type"), member("markdown"), member("code"), member("url"), &block.get("level").map(Value::to_string).unwrap_or_default()]
        .join("\0")
}

fn derived(block: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    DERIVED.into_iter().filter_map(|name| Some((name, block.get(name)?)))
}

/// Checks whether sent blocks are equal to known ones. Members and deleted images may be omitted.
fn are_same(sent: &[Value], known: &[Value], is_deleted: impl Fn(&str) -> bool) -> bool {
    let mut sent = sent.iter().peekable();
    for block in known {
        let is_next = sent.next_if(|sent| is_same(sent, block)).is_some();
        if !is_next && !block.get("image").and_then(Value::as_str).is_some_and(&is_deleted) {
            return false;
        }
    }
    sent.next().is_none()
}

/// Checks whether a sent block is equal to a known one. The data of an image may have changed since, so only its id is compared,
/// and `alt` and `caption` only if the text gives them.
fn is_same(sent: &Value, known: &Value) -> bool {
    let Some(sent) = sent.as_object() else { return false };
    let is_picture = known.get("image").is_some();
    sent.contains_key("type")
        && sent.iter().all(|(name, value)| match (name.as_str(), known.get(name)) {
            ("image", Some(id)) => value.get("id").unwrap_or(value) == id,
            ("alt", Some(alt)) if is_picture => alt == "" || value == alt,
            ("caption", Some(caption)) if is_picture => caption.is_null() || value == caption,
            (_, known) => known == Some(value),
        })
}
