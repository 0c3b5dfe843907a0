//! Request bodies: parsed once, validated with their published schema, merged (RFC 7396) if they are patches, references resolved.

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

/// The maximum size of a body, in bytes, that is cheap enough to be validated on an async thread.
pub(crate) const MAX_AT_ONCE: usize = 16 * 1024;

/// A member that refers to another resource by its id or slug, or embeds it (then only the `id` counts).
pub(crate) struct Reference {
    /// The JSON Pointer of the member; `*` stands for every item of an array.
    pub(crate) pointer: &'static str,
    /// Finds the id of the resource.
    pub(crate) find: fn(&mut Conn, &str) -> Result<Option<String>>,
}

/// A reference to another resource in a request body.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ReferenceTo {
    /// The id or the slug of the resource.
    Name(ReferenceName),
    /// The resource as responses embed it; only its `id` counts.
    Embedded(Embedded),
}

impl ReferenceTo {
    /// Returns the id, slug or name itself.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => &name.0,
            Self::Embedded(embedded) => &embedded.id,
        }
    }
}

/// The id or the slug of a resource.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$", example = "city")]
pub(crate) struct ReferenceName(String);

/// An embedded resource in a request body; only its `id` counts.
#[derive(Clone, Debug, serde::Deserialize, ToSchema)]
pub(crate) struct Embedded {
    /// The id of the resource.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
}

/// The contents of a request body.
pub(crate) trait Draft: DeserializeOwned + ToSchema {
    /// Computed members: accepted so that a response can be sent back, and ignored.
    const DERIVED: &'static [&'static str] = &[];
    /// Members that only the server changes: accepted if they equal the current value.
    const READ_ONLY: &'static [&'static str] = &[];
    /// The read-only members that a setting determines, with the name of the setting.
    const SETTINGS: &'static [(&'static str, &'static str)] = &[];
    /// Members with free contents.
    const FREE: &'static [&'static str] = &["/custom"];
    /// The kind whose schema of custom fields `custom` must match.
    const CUSTOM: Option<CustomKind> = None;
    /// Members that refer to other resources.
    const REFERENCES: &'static [Reference] = &[];

    /// Adjusts members that depend on each other, before validation.
    fn settle(_document: &mut Map<String, Value>, _patch: Option<&Map<String, Value>>) {}
}

/// A received request body. Its validation errors are reported only when an operation parses it, so that callers without
/// permission do not see them.
#[derive(Clone)]
pub(crate) struct Input {
    content: SentContent,
    patch: bool,
    checker: Arc<Checker>,
}

#[derive(Clone)]
enum SentContent {
    Sent(Arc<SentBody>),
    Value(Value),
}

/// A sent body. It is parsed, and its sizes are checked, before an operation runs; `document` is an error if the body was refused.
struct SentBody {
    bytes: Bytes,
    document: Result<Map<String, Value>>,
    is_exact: bool,
}

/// The facts about a body that are known before it is read.
pub(crate) struct BodyOf {
    /// The method of the operation, in lower case.
    pub(crate) method: String,
    /// The path template of the operation.
    pub(crate) template: &'static str,
    /// Whether the body is a merge patch.
    pub(crate) patch: bool,
}

impl Input {
    /// Parses the bytes of a body, and looks for texts and lists that are too long.
    pub(crate) fn read(bytes: Bytes, of: &BodyOf, checker: Arc<Checker>) -> Self {
        let document = parse_json(&bytes).and_then(|value| {
            // In a small body, excessive lengths are reported together with all other errors.
            let oversizes = if bytes.len() <= MAX_AT_ONCE { Vec::new() } else { checker.oversizes(&of.method, of.template, &value)? };
            if oversizes.is_empty() { object(value) } else { Err(Error::invalid(oversizes)) }
        });
        let is_exact = document.is_err() || inexact_numbers(&bytes, &|_| true).is_empty();
        Self { content: SentContent::Sent(Arc::new(SentBody { bytes, document, is_exact })), patch: of.patch, checker }
    }

    /// Creates a body from a value of the program itself, such as demo content or command-line arguments.
    pub(crate) fn of(value: Value, checker: Arc<Checker>) -> Self {
        Self { content: SentContent::Value(value), patch: false, checker }
    }

    /// Parses a body that creates a resource.
    pub(crate) fn create<D: Draft>(&self, conn: &mut Conn) -> Result<D> {
        let document = self.object()?;
        let faults = read_only_faults::<D>(&document, None);
        self.finish::<D>(conn, document, None, faults)
    }

    /// Parses a body that changes the resource whose editor view is `current`.
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

    /// Returns the same body without the members that only the server changes.
    pub(crate) fn without_read_only<D: Draft>(&self) -> Result<Self> {
        let mut document = Value::Object(self.object()?);
        for pointer in D::READ_ONLY {
            remove(&mut document, pointer);
        }
        Ok(Self { content: SentContent::Value(document), patch: self.patch, checker: Arc::clone(&self.checker) })
    }

    /// Returns whether the body is a patch, not a full replacement.
    pub(crate) fn is_patch(&self) -> bool {
        self.patch
    }

    /// Returns the sent body as an object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>> {
        match &self.content {
            SentContent::Sent(sent) => sent.document.clone(),
            SentContent::Value(value) => object(value.clone()),
        }
    }

    /// Returns an error for each number that cannot be stored exactly, in members with free contents.
    fn inexact(&self, free: &[&str]) -> Vec<Fault> {
        let SentContent::Sent(sent) = &self.content else { return Vec::new() };
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
        _ => Err(Error::invalid(vec![Fault::at("", "wrong_type", "The request body must be an object.")])),
    }
}

/// Returns a validation error for each number that cannot be stored exactly. `json` is the text of the member at the pointer `at`.
pub(crate) fn inexact_faults(at: &str, json: &[u8]) -> Vec<Fault> {
    inexact_numbers(json, &|_| true).into_iter().map(|pointer| inexact(format!("{at}{pointer}"))).collect()
}

fn inexact(pointer: String) -> Fault {
    Fault::at(pointer, "inexact_number", "This number has more digits than a 64-bit number can hold. Send the number as a string.")
}

/// Deserializes a validated value. This only fails for numbers that look like integers and are not.
fn typed<D: DeserializeOwned>(members: Map<String, Value>) -> Result<D> {
    serde_json::from_value(Value::Object(members)).map_err(|error| Error::invalid(vec![Fault::at("", "wrong_type", error.to_string())]))
}

fn read_only_faults<D: Draft>(sent: &Map<String, Value>, current: Option<&Value>) -> Vec<Fault> {
    let sent = Value::Object(sent.clone());
    let shown = |pointer: &str| current.and_then(|current| current.pointer(pointer));
    let differs =
        |pointer: &&&str| sent.pointer(pointer).is_some_and(|value| !shown(pointer).is_some_and(|shown| names_same(value, shown)));
    let detail = |pointer: &str| match D::SETTINGS.iter().find(|(member, _)| *member == pointer) {
        Some((_, setting)) => {
            format!("The setting {setting} determines this member. Change the setting, and omit the member or send its current value.")
        }
        None => "Only the server changes this member. Omit the member or send its current value.".to_owned(),
    };
    let fault = |pointer: &&str| Fault::at(*pointer, "read_only", detail(pointer));
    D::READ_ONLY.iter().filter(differs).map(fault).collect()
}

/// Returns whether two values are equal. Embedded resources are compared by id, because they may have changed since they were read.
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

/// Applies a merge patch by RFC 7396, except that `null` for an unknown name is kept, so that it is reported as a validation error.
/// `free` are the members with free contents, relative to this place; `is_free` is true inside such a member.
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

/// Replaces each reference by the id of its resource; ignores members that the schema has already refused.
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
            None => faults.push(Fault::at(pointer, "unknown_reference", format!("No resource of this kind has the id or slug {text:?}."))),
        }
    }
    Ok(())
}
