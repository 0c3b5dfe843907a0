//! Bodies: read once, checked by their published schema, merged (RFC 7396) where they patch, references resolved.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::check::Checker;
use super::custom::CustomKind;
use super::exact::inexact_numbers;
use super::json::parse_json;
use crate::db::Conn;
use crate::error::{Error, Fault, MAX_FAULTS, Result};

/// How many bytes a body has that costs next to nothing to check, wherever that is done.
pub(crate) const MAX_AT_ONCE: usize = 16 * 1024;

/// A member that names another resource by id or slug, or embeds it whole (only the `id` counts).
pub(crate) struct Reference {
    /// Where it stands; `*` is any item of an array.
    pub(crate) pointer: &'static str,
    /// Finds the id of what it names.
    pub(crate) find: fn(&mut Conn, &str) -> Result<Option<String>>,
}

/// How a body names another resource.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ReferenceTo {
    /// An id or a slug.
    Name(ReferenceName),
    /// The resource as it is embedded in answers; only its `id` counts.
    Embedded(Embedded),
}

impl ReferenceTo {
    /// The id, slug or name itself.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => &name.0,
            Self::Embedded(embedded) => &embedded.id,
        }
    }
}

/// An id or a slug.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$", example = "city")]
pub(crate) struct ReferenceName(String);

/// An embedded resource, of which only the `id` counts.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
pub(crate) struct Embedded {
    /// The id.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
}

/// What a body may hold.
pub(crate) trait Draft: DeserializeOwned + ToSchema {
    /// Members that are computed and may be others whenever they are read: accepted from a round trip, whatever they say.
    const DERIVED: &'static [&'static str] = &[];
    /// Members that only the server changes: accepted when equal to what the current version shows; of what has an id, that counts.
    const READ_ONLY: &'static [&'static str] = &[];
    /// Those of them that a setting gives, with its name.
    const SETTINGS: &'static [(&'static str, &'static str)] = &[];
    /// Members whose insides belong to the user.
    const FREE: &'static [&'static str] = &["/custom"];
    /// Whose schema of custom fields `custom` must fit.
    const CUSTOM: Option<CustomKind> = None;
    /// Members that name other resources.
    const REFERENCES: &'static [Reference] = &[];

    /// Settles what can't be said member by member, before anything is checked.
    fn settle(_document: &mut Map<String, Value>, _patch: Option<&Map<String, Value>>) {}
}

/// A body as it came. Its faults are told where it is taken, so that who may not write learns nothing of them.
#[derive(Clone)]
pub(crate) struct Input {
    content: Content,
    patch: bool,
    checker: Arc<Checker>,
}

#[derive(Clone)]
enum Content {
    Sent(Arc<SentBody>),
    Value(Value),
}

/// What was sent: parsed and of bounded sizes before anybody waits for it, or refused.
struct SentBody {
    bytes: Bytes,
    document: Result<Map<String, Value>>,
    is_exact: bool,
}

/// What is known of a body before it is read.
pub(crate) struct BodyOf {
    /// The operation's method, in lower case.
    pub(crate) method: String,
    /// The template of its path.
    pub(crate) template: &'static str,
    /// Whether it is a merge patch.
    pub(crate) patch: bool,
}

impl Input {
    /// Parses a body of bytes, and looks for what is longer than it may be.
    pub(crate) fn read(bytes: Bytes, of: &BodyOf, checker: Arc<Checker>) -> Self {
        let document = parse_json(&bytes).and_then(|value| {
            // In a small body, what is too long is told together with all else.
            let oversizes = if bytes.len() <= MAX_AT_ONCE { Vec::new() } else { checker.oversizes((&of.method, of.template), &value)? };
            if oversizes.is_empty() { object(value) } else { Err(Error::invalid(oversizes)) }
        });
        let is_exact = document.is_err() || inexact_numbers(&bytes, &|_| true).is_empty();
        Self { content: Content::Sent(Arc::new(SentBody { bytes, document, is_exact })), patch: of.patch, checker }
    }

    /// A body that the program makes itself: demo content, the command line.
    pub(crate) fn of(value: Value, checker: Arc<Checker>) -> Self {
        Self { content: Content::Value(value), patch: false, checker }
    }

    /// Parses a body that makes something new.
    pub(crate) fn create<D: Draft>(&self, conn: &mut Conn) -> Result<D> {
        let document = self.object()?;
        let faults = read_only_faults::<D>(&document, None);
        self.finish::<D>(conn, document, None, faults)
    }

    /// Parses a body that changes what `current`, its editor view, shows.
    pub(crate) fn revise<D: Draft>(&self, conn: &mut Conn, current: &Value) -> Result<D> {
        let sent = self.object()?;
        let faults = read_only_faults::<D>(&sent, Some(current));
        if !self.patch {
            return self.finish::<D>(conn, sent, None, faults);
        }
        let mut merged = current.as_object().cloned().unwrap_or_default();
        merge(&mut merged, &sent, D::FREE, false);
        self.finish::<D>(conn, merged, Some(&sent), faults)
    }

    /// Parses a body that refers to nothing in the database.
    pub(crate) fn plain<D: Draft>(&self) -> Result<D> {
        let mut document = Value::Object(self.object()?);
        self.checker.trim(&D::name(), &mut document);
        let mut faults = self.checker.faults(&D::name(), &document)?;
        faults.extend(self.inexact(D::FREE));
        match document {
            Value::Object(members) if faults.is_empty() => typed(members),
            _ => Err(Error::invalid(faults)),
        }
    }

    /// The same body without the members that only the server changes.
    pub(crate) fn without_read_only<D: Draft>(&self) -> Result<Self> {
        let mut document = Value::Object(self.object()?);
        for pointer in D::READ_ONLY {
            remove(&mut document, pointer);
        }
        Ok(Self { content: Content::Value(document), patch: self.patch, checker: Arc::clone(&self.checker) })
    }

    /// Whether it says what is to change, and not what all is to be.
    pub(crate) fn is_patch(&self) -> bool {
        self.patch
    }

    /// What the caller sent, as an object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>> {
        match &self.content {
            Content::Sent(sent) => sent.document.clone(),
            Content::Value(value) => object(value.clone()),
        }
    }

    /// Numbers of the user's own that could not be kept as they were sent.
    fn inexact(&self, free: &[&str]) -> Vec<Fault> {
        let Content::Sent(sent) = &self.content else { return Vec::new() };
        if sent.is_exact {
            return Vec::new();
        }
        let inside = |pointer: &str| free.iter().any(|free| pointer.strip_prefix(free).is_some_and(|rest| rest.starts_with('/')));
        inexact_numbers(&sent.bytes, &inside).into_iter().map(inexact).collect()
    }

    fn finish<D: Draft>(
        &self,
        conn: &mut Conn,
        document: Map<String, Value>,
        patch: Option<&Map<String, Value>>,
        mut faults: Vec<Fault>,
    ) -> Result<D> {
        let mut document = document;
        D::settle(&mut document, patch);
        let mut document = Value::Object(document);
        for pointer in D::DERIVED.iter().chain(D::READ_ONLY) {
            remove(&mut document, pointer);
        }
        self.checker.trim(&D::name(), &mut document);
        faults.extend(self.checker.faults(&D::name(), &document)?);
        faults.extend(self.inexact(D::FREE));
        if let Some(kind) = D::CUSTOM {
            let none = Value::Object(Map::new());
            faults.extend(self.checker.custom_faults(conn, kind, document.get("custom").unwrap_or(&none))?);
        }
        for reference in D::REFERENCES {
            resolve(conn, &mut document, reference, &mut faults)?;
        }
        match document {
            Value::Object(members) if faults.is_empty() => typed(members),
            _ => Err(Error::invalid(faults)),
        }
    }
}

fn object(value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Error::invalid(vec![Fault::at("", "wrong_type", "The body must be an object.")])),
    }
}

/// The faults of numbers in the JSON text of a member that could not be kept as they were sent.
pub(crate) fn inexact_faults(at: &str, json: &[u8]) -> Vec<Fault> {
    inexact_numbers(json, &|_| true).into_iter().map(|pointer| inexact(format!("{at}{pointer}"))).collect()
}

fn inexact(pointer: String) -> Fault {
    Fault::at(pointer, "inexact_number", "This has more digits than a 64-bit number can keep; send it as a text.")
}

/// What the schema let through always fits the type, but for numbers that only look whole.
fn typed<D: DeserializeOwned>(members: Map<String, Value>) -> Result<D> {
    serde_json::from_value(Value::Object(members)).map_err(|error| Error::invalid(vec![Fault::at("", "wrong_type", error.to_string())]))
}

fn read_only_faults<D: Draft>(sent: &Map<String, Value>, current: Option<&Value>) -> Vec<Fault> {
    let sent = Value::Object(sent.clone());
    let shown = |pointer: &str| current.and_then(|current| current.pointer(pointer));
    let differs =
        |pointer: &&&str| sent.pointer(pointer).is_some_and(|value| !shown(pointer).is_some_and(|shown| names_same(value, shown)));
    let detail = |pointer: &str| match D::SETTINGS.iter().find(|(member, _)| *member == pointer) {
        Some((_, setting)) => format!("The setting {setting} says this; change it there, and leave this out or send it as it is."),
        None => "Only the server changes this; leave it out, or send it as it is.".to_owned(),
    };
    let fault = |pointer: &&str| Fault::at(*pointer, "read_only", detail(pointer));
    D::READ_ONLY.iter().filter(differs).map(fault).collect()
}

/// Whether one value says the same as another. What is embedded may have changed since it was read; its id has not.
fn names_same(sent: &Value, shown: &Value) -> bool {
    match (sent, shown) {
        (Value::Array(sent), Value::Array(shown)) => {
            sent.len() == shown.len() && sent.iter().zip(shown).all(|(sent, shown)| names_same(sent, shown))
        }
        (Value::Object(_), Value::Object(_)) => match (sent.get("id"), shown.get("id")) {
            (Some(sent), Some(shown)) => sent == shown,
            _ => sent == shown,
        },
        _ => sent == shown,
    }
}

/// RFC 7396, but that a `null` for a name nobody knows stays, to be found as a fault. `free` are the places whose insides belong to
/// the user, as they are seen from here; `is_free` is inside one.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>, free: &[&str], is_free: bool) {
    for (name, value) in patch {
        match (value, target.get_mut(name)) {
            (Value::Null, Some(_)) => {
                target.shift_remove(name);
            }
            (Value::Null, None) if is_free => {}
            (Value::Object(inner), current) => {
                let below: Vec<&str> = free.iter().filter_map(|place| place.strip_prefix('/')?.strip_prefix(name.as_str())).collect();
                let inside = is_free || below.contains(&"");
                match current {
                    Some(Value::Object(current)) => merge(current, inner, &below, inside),
                    _ if inside => {
                        let mut fresh = Map::new();
                        merge(&mut fresh, inner, &below, inside);
                        target.insert(name.clone(), Value::Object(fresh));
                    }
                    _ => {
                        target.insert(name.clone(), value.clone());
                    }
                }
            }
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = document.pointer_mut(parent) {
        members.shift_remove(name);
    }
}

/// Puts the id in the place of whatever names it; passes over what the schema has already refused.
fn resolve(conn: &mut Conn, document: &mut Value, reference: &Reference, faults: &mut Vec<Fault>) -> Result<()> {
    let pointers = match reference.pointer.strip_suffix("/*") {
        None => vec![reference.pointer.to_owned()],
        Some(list) if faults.iter().any(|fault| fault.pointer() == Some(list)) => return Ok(()),
        Some(list) => {
            let length = document.pointer(list).and_then(Value::as_array).map_or(0, Vec::len).min(1000);
            (0..length).map(|index| format!("{list}/{index}")).collect()
        }
    };
    for pointer in pointers {
        if faults.len() > MAX_FAULTS {
            break;
        }
        let inside = |at: &str| at.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if faults.iter().any(|fault| fault.pointer().is_some_and(inside)) {
            continue;
        }
        let Some(place) = document.pointer_mut(&pointer) else { continue };
        let text = match &*place {
            Value::String(text) => text.clone(),
            Value::Object(members) => match members.get("id") {
                Some(Value::String(text)) => text.clone(),
                _ => continue,
            },
            _ => continue,
        };
        match (reference.find)(conn, &text)? {
            Some(id) => *place = Value::String(id),
            None => faults.push(Fault::at(pointer, "unknown_reference", format!("There is no such thing as {text:?}."))),
        }
    }
    Ok(())
}
