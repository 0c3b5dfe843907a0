//! Validates a value with a schema of the OpenAPI document and reports all validation errors.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::custom::{CompiledSchemas, CustomKind};
use super::shape::{Scalars, Shape};
use super::walk::{Aim, faults};
use super::{blanks, formats, sentences};
use crate::db::Conn;
use crate::error::{Error, Fault, MAX_FAULTS, MAX_POINTER, Result, beginning};

/// The maximum size of a name, in bytes, for which a similar known name is suggested.
const MAX_HINTED: usize = 64;

/// The schemas of all request bodies, each compiled on first use.
pub(crate) struct Checker {
    document: OnceLock<Arc<Value>>,
    source: fn() -> Arc<Value>,
    shapes: RwLock<HashMap<String, Arc<Shape>>>,
    scalars: Scalars,
    custom: CompiledSchemas,
}

impl Checker {
    /// Creates a checker over the schemas of the document that `source` generates on first use.
    pub(crate) fn new(source: fn() -> Arc<Value>) -> Self {
        let (shapes, scalars, custom) = (RwLock::default(), Scalars::default(), CompiledSchemas::default());
        Self { document: OnceLock::new(), source, shapes, scalars, custom }
    }

    /// Trims the email addresses and URLs in a body, by the component schema with this name.
    pub(crate) fn trim(&self, schema: &str, body: &mut Value) {
        let document = self.document();
        if let Some(schema) = document.pointer("/components/schemas").and_then(|schemas| schemas.get(schema)) {
            blanks::trim(document, schema, body);
        }
    }

    /// Validates a body with the component schema of this name. Returns at most one validation error more than are reported.
    pub(crate) fn faults(&self, schema: &str, body: &Value) -> Result<Vec<Fault>> {
        self.walk(schema, body, Aim::All)
    }

    /// Returns the errors for excessive lengths in a request body. The method and the path template name the operation.
    pub(crate) fn oversizes(&self, method: &str, template: &str, body: &Value) -> Result<Vec<Fault>> {
        let operation = self.document().get("paths").and_then(|paths| paths.get(template)).and_then(|path| path.get(method));
        let content = operation.and_then(|operation| operation.pointer("/requestBody/content")).and_then(Value::as_object);
        let json = content.into_iter().flatten().find(|(media_type, _)| media_type.ends_with("json"));
        let name =
            json.and_then(|(_, media)| media.pointer("/schema/$ref")).and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.map_or(Ok(Vec::new()), |name| self.walk(name, body, Aim::Sizes))
    }

    /// Returns the validation errors of `custom` by the administrators' schema for its kind.
    pub(crate) fn custom_faults(&self, conn: &mut Conn, kind: CustomKind, custom: &Value) -> Result<Vec<Fault>> {
        Ok(self.custom.current(conn, kind)?.map_or_else(Vec::new, |schema| schema.faults(custom)))
    }

    fn walk(&self, schema: &str, body: &Value, aim: Aim) -> Result<Vec<Fault>> {
        let shape = self.shape(schema)?;
        // A test compiles all components, so this never fails in practice.
        Ok(faults(&shape, body, &|name| self.shape(name).ok(), aim))
    }

    fn document(&self) -> &Value {
        self.document.get_or_init(self.source)
    }

    fn shape(&self, name: &str) -> Result<Arc<Shape>> {
        if let Some(shape) = self.shapes.read().ok().and_then(|known| known.get(name).cloned()) {
            return Ok(shape);
        }
        let schema = self.document().pointer("/components/schemas").and_then(|schemas| schemas.get(name));
        let schema = schema.ok_or_else(|| Error::internal(&format!("the document has no schema {name}")))?;
        let shape = Arc::new(Shape::compile(schema, &self.scalars)?);
        if let Ok(mut known) = self.shapes.write() {
            known.insert(name.to_owned(), Arc::clone(&shape));
        }
        Ok(shape)
    }
}

/// Compiles a schema that refers to no other schema.
pub(super) fn compiled(schema: &Value) -> Result<Validator> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_format("date-time", formats::is_time)
        .with_format("iri", formats::is_http_url)
        .with_format("iri-reference", formats::is_address)
        .with_format("email", formats::is_email)
        .with_format("time-zone", formats::is_time_zone)
        .build(schema)
        .map_err(|error| Error::internal(&format!("the schema {schema} does not compile: {error}")))
}

/// Returns all component schemas of a document that a schema refers to, directly or indirectly: everything needed to compile it.
#[must_use]
pub fn referenced(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    let mut waiting = vec![schema];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                let name = members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/components/schemas/"));
                if let Some(name) = name
                    && !found.contains_key(name)
                    && let Some(schema) = document.pointer("/components/schemas").and_then(|schemas| schemas.get(name))
                {
                    found.insert(name.to_owned(), schema.clone());
                    waiting.push(schema);
                }
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

/// Translates a validation error of a custom schema into the terms of the API.
pub(super) fn explain(document: &Value, error: &ValidationError<'_>, faults: &mut Vec<Fault>) {
    let at = beginning(error.instance_path().as_str(), MAX_POINTER);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = names_beside(document, error.schema_path().as_str());
            let unknown = unexpected.iter().take(MAX_FAULTS);
            faults.extend(unknown.map(|name| unknown_member(at, name, known.iter().map(String::as_str))));
        }
        ValidationErrorKind::Required { property } => faults.push(required(at, property.as_str().unwrap_or_default())),
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            if let Some(branch) = context.iter().find(|branch| branch.iter().all(|inner| !is_other_type(inner, at))) {
                branch.iter().take(MAX_FAULTS).for_each(|inner| explain(document, inner, faults));
            } else {
                let types: Vec<String> = context.iter().flatten().filter_map(|error| names_type(error, at)).collect();
                faults.push(no_such_choice(at, &types));
            }
        }
        _ => {
            let fault = simple(at, error);
            // A format and a pattern often refuse the same text.
            if !faults.iter().any(|known| fault.repeats(known)) {
                faults.push(fault);
            }
        }
    }
}

/// Returns whether a branch of a choice failed because it is for another type of value.
fn is_other_type(error: &ValidationError<'_>, at: &str) -> bool {
    let here = error.instance_path().as_str() == at;
    (here && matches!(error.kind(), ValidationErrorKind::Type { .. } | ValidationErrorKind::Constant { .. }))
        || names_type(error, at).is_some()
}

/// Returns the value of `type` that a branch requires, if it is a single value.
fn names_type(error: &ValidationError<'_>, at: &str) -> Option<String> {
    let is_type = error.instance_path().as_str().strip_prefix(at) == Some("/type");
    match error.kind() {
        ValidationErrorKind::Enum { options } if is_type => {
            options.get(0).filter(|_| options.get(1).is_none())?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// Returns the error for a value that matches no branch of a choice; `types` are the known values of `type`.
pub(super) fn no_such_choice(at: &str, types: &[String]) -> Fault {
    if types.is_empty() {
        return Fault::at(at, "wrong_type", "This has a type that is not allowed here.");
    }
    Fault::at(format!("{at}/type"), "not_one_of", format!("This must be one of {}.", types.join(", ")))
}

/// Returns the error for a missing member.
pub(super) fn required(at: &str, name: &str) -> Fault {
    Fault::at(format!("{at}/{}", escape(name)), "required", format!("{name:?} is required."))
}

pub(super) fn simple(at: &str, error: &ValidationError<'_>) -> Fault {
    match error.kind() {
        ValidationErrorKind::Type { kind } => Fault::at(at, "wrong_type", format!("This must be {}.", type_name(kind))),
        ValidationErrorKind::MaxLength { limit } => {
            Fault::at(at, "too_long", format!("This may have at most {limit} characters.")).bound("max", *limit)
        }
        ValidationErrorKind::MinLength { limit: 1 } => Fault::at(at, "empty", "This must not be empty.").bound("min", 1),
        ValidationErrorKind::MinLength { limit } => {
            Fault::at(at, "too_short", format!("This must have at least {limit} characters.")).bound("min", *limit)
        }
        ValidationErrorKind::MaxItems { limit } => {
            Fault::at(at, "too_many", format!("This may have at most {limit} items.")).bound("max", *limit)
        }
        ValidationErrorKind::MinItems { limit } => {
            Fault::at(at, "too_few", format!("This must have at least {limit} items.")).bound("min", *limit)
        }
        ValidationErrorKind::MaxProperties { limit } => {
            Fault::at(at, "too_many", format!("This may have at most {limit} members.")).bound("max", *limit)
        }
        ValidationErrorKind::Maximum { limit } => {
            Fault::at(at, "out_of_range", format!("This may be at most {limit}.")).bound("max", limit.clone())
        }
        ValidationErrorKind::Minimum { limit } => {
            Fault::at(at, "out_of_range", format!("This must be at least {limit}.")).bound("min", limit.clone())
        }
        ValidationErrorKind::Enum { options } => Fault::at(at, "not_one_of", format!("This must be one of {options}.")),
        ValidationErrorKind::UniqueItems => Fault::at(at, "duplicate_items", "An item occurs twice in this list."),
        ValidationErrorKind::Format { format } if format == "time-zone" => unknown_zone(at, error),
        ValidationErrorKind::Pattern { pattern } if pattern == formats::TIME_ZONE => unknown_zone(at, error),
        ValidationErrorKind::Format { format } => sentences::by_format(at, format),
        ValidationErrorKind::Pattern { pattern } => sentences::by_pattern(at, pattern),
        _ => Fault::at(at, "invalid", error.masked().to_string()),
    }
}

/// Returns the error for an unknown time zone, with the most similar known one.
fn unknown_zone(at: &str, error: &ValidationError<'_>) -> Fault {
    let sent = error.instance().as_str().unwrap_or_default().chars().take(100).collect::<String>();
    let hint = hint(&sent, formats::time_zones());
    let detail = format!("A time zone must have a name of the IANA database, such as Europe/Berlin or UTC.{hint}");
    Fault::at(at, "invalid_format", detail)
}

fn type_name(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => in_words(&one.to_string()),
        TypeKind::Multiple(many) => many.iter().map(|one| in_words(&one.to_string())).collect::<Vec<_>>().join(" or "),
    }
}

fn in_words(kind: &str) -> String {
    match kind {
        "null" => "null".to_owned(),
        "array" | "integer" | "object" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// Returns the error for an unknown member, with the most similar known name.
pub(super) fn unknown_member<'a>(at: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let hint = hint(name, known);
    let name = beginning(name, MAX_POINTER);
    Fault::at(format!("{at}/{}", escape(name)), "unknown_member", format!("{name:?} is not known here.{hint}"))
}

/// Returns a question that suggests the known name which was probably meant; empty if no name is similar.
pub(crate) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!(" Did you mean {near:?}?")).unwrap_or_default()
}

/// Names that other systems use for members with another name here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("categories", "section"),
    ("category", "section"),
    ("content", "body"),
    ("cover", "hero_image"),
    ("feature_image", "hero_image"),
    ("headline", "title"),
    ("html", "body"),
    ("image", "hero_image"),
    ("image", "file"),
    ("language", "locale"),
    ("markdown", "body"),
    ("photo", "file"),
    ("picture", "file"),
    ("subtitle", "dek"),
    ("summary", "excerpt"),
    ("text", "body"),
    ("upload", "file"),
];

/// Returns whether one name could be a typo of the other: at most a third of the letters differ, or one begins with the other.
fn is_near(name: &str, word: &str) -> bool {
    let length = name.chars().count().max(word.chars().count());
    let begins = name.len() > 2 && word.len() > 2 && (word.starts_with(name) || name.starts_with(word));
    begins || (name.len() < 100 && strsim::osa_distance(name, word) <= (length / 3).max(1))
}

/// Returns the known name that was probably meant; `None` if the name is longer than [`MAX_HINTED`] or no name is similar.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_HINTED {
        return None;
    }
    // In a short name, one typo is a large part of the name.
    let slipped = |word: &str| name.len() < 40 && word.len() > 2 && strsim::osa_distance(name, word) == 1;
    let known: Vec<&str> = known.collect();
    let near = known
        .iter()
        .filter(|word| word.len() <= MAX_HINTED && is_near(name, word))
        .map(|word| (if slipped(word) { 0.99 } else { strsim::jaro_winkler(name, word) }, *word))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word);
    let called_otherwise = || OTHER_NAMES.iter().filter(|(other, _)| *other == name).map(|(_, word)| *word);
    near.or_else(|| called_otherwise().find_map(|wanted| known.iter().find(|word| **word == wanted).copied()))
}

/// Escapes a name for a JSON Pointer (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Returns the members next to a keyword, following the references on the path to it.
fn names_beside(document: &Value, keyword: &str) -> Vec<String> {
    let mut schema = document;
    let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
    for step in parent.split('/').filter(|step| !step.is_empty()) {
        schema = match step {
            "$ref" => {
                let target = schema.get("$ref").and_then(Value::as_str).unwrap_or_default();
                document.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null)
            }
            step => match schema {
                Value::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)).unwrap_or(&Value::Null),
                other => other.get(step).unwrap_or(&Value::Null),
            },
        };
        // If the document has no schema at this path, no names are known.
        if schema.is_null() {
            break;
        }
    }
    schema.get("properties").and_then(Value::as_object).map(|names| names.keys().cloned().collect()).unwrap_or_default()
}
