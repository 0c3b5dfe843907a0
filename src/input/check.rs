//! Checks a document against a schema of the OpenAPI document and says every fault that it finds.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::custom::{CustomKind, CustomSchemas};
use super::shape::{Scalars, Shape};
use super::walk::{Aim, faults};
use super::{blanks, formats, sentences};
use crate::db::Conn;
use crate::error::{Error, Fault, MAX_FAULTS, MAX_POINTER, Result, beginning};

/// How many bytes a name may have for which a near one is looked for.
const MAX_HINTED: usize = 64;

/// The schemas of all bodies, each compiled when it is first needed.
pub(crate) struct Checker {
    document: OnceLock<Arc<Value>>,
    source: fn() -> Arc<Value>,
    shapes: RwLock<HashMap<String, Arc<Shape>>>,
    scalars: Scalars,
    custom: CustomSchemas,
}

impl Checker {
    /// A checker over the schemas of the document that `source` makes at the first need.
    pub(crate) fn new(source: fn() -> Arc<Value>) -> Self {
        let (shapes, scalars, custom) = (RwLock::default(), Scalars::default(), CustomSchemas::default());
        Self { document: OnceLock::new(), source, shapes, scalars, custom }
    }

    /// Takes the blanks away around e-mail addresses and URLs in a body, as the component schema of this name has them.
    pub(crate) fn trim(&self, schema: &str, body: &mut Value) {
        let document = self.document();
        if let Some(schema) = document.pointer("/components/schemas").and_then(|schemas| schemas.get(schema)) {
            blanks::trim(document, schema, body);
        }
    }

    /// The faults of a body by the component schema of this name: all, or as many as are told and one more.
    pub(crate) fn faults(&self, schema: &str, body: &Value) -> Result<Vec<Fault>> {
        self.walk(schema, body, Aim::All)
    }

    /// What is longer than it may be in the body of an operation, by its method and its path's template.
    pub(crate) fn oversizes(&self, (method, template): (&str, &str), body: &Value) -> Result<Vec<Fault>> {
        let operation = self.document().get("paths").and_then(|paths| paths.get(template)).and_then(|path| path.get(method));
        let content = operation.and_then(|operation| operation.pointer("/requestBody/content")).and_then(Value::as_object);
        let json = content.into_iter().flatten().find(|(media_type, _)| media_type.ends_with("json"));
        let name =
            json.and_then(|(_, media)| media.pointer("/schema/$ref")).and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.map_or(Ok(Vec::new()), |name| self.walk(name, body, Aim::Sizes))
    }

    /// Every fault of `custom` by the schema that administrators gave its kind.
    pub(crate) fn custom_faults(&self, conn: &mut Conn, kind: CustomKind, custom: &Value) -> Result<Vec<Fault>> {
        Ok(self.custom.current(conn, kind)?.map_or_else(Vec::new, |schema| schema.faults(custom)))
    }

    fn walk(&self, schema: &str, body: &Value, aim: Aim) -> Result<Vec<Fault>> {
        let shape = self.shape(schema)?;
        // A component that does not compile is found by the test that compiles all of them.
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

/// A validator of a schema that refers to no other.
pub(super) fn compiled(schema: &Value) -> Result<Validator> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_format("date-time", formats::is_time)
        .with_format("uri", formats::is_http_url)
        .with_format("uri-reference", formats::is_address)
        .with_format("email", formats::is_email)
        .with_format("time-zone", formats::is_time_zone)
        .build(schema)
        .map_err(|error| Error::internal(&format!("the schema {schema} does not compile: {error}")))
}

/// The component schemas of a document that a schema refers to, directly or through others: all that it takes to compile it.
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

/// Says what a validation error of the site's own schema means, in the words of the contract.
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

/// Whether a branch of a choice failed because it is for another type of value.
fn is_other_type(error: &ValidationError<'_>, at: &str) -> bool {
    let here = error.instance_path().as_str() == at;
    (here && matches!(error.kind(), ValidationErrorKind::Type { .. } | ValidationErrorKind::Constant { .. }))
        || names_type(error, at).is_some()
}

/// The one value of `type` that a branch is for.
fn names_type(error: &ValidationError<'_>, at: &str) -> Option<String> {
    let is_type = error.instance_path().as_str().strip_prefix(at) == Some("/type");
    match error.kind() {
        ValidationErrorKind::Enum { options } if is_type => {
            options.get(0).filter(|_| options.get(1).is_none())?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// The fault of a value that none of the branches of a choice is for; `types` are the values of `type` that there are.
pub(super) fn no_such_choice(at: &str, types: &[String]) -> Fault {
    if types.is_empty() {
        return Fault::at(at, "wrong_type", "This has a type that is not taken here.");
    }
    Fault::at(format!("{at}/type"), "not_one_of", format!("This must be one of {}.", types.join(", ")))
}

/// The fault of a member that is missing.
pub(super) fn required(at: &str, name: &str) -> Fault {
    Fault::at(format!("{at}/{}", escape(name)), "required", format!("{name:?} is required."))
}

pub(super) fn simple(at: &str, error: &ValidationError<'_>) -> Fault {
    match error.kind() {
        ValidationErrorKind::Type { kind } => Fault::at(at, "wrong_type", format!("This must be {}.", type_name(kind))),
        ValidationErrorKind::MaxLength { limit } => {
            Fault::at(at, "too_long", format!("This may have at most {limit} characters.")).bound("max", *limit)
        }
        ValidationErrorKind::MinLength { limit: 1 } => Fault::at(at, "empty", "This may not be empty.").bound("min", 1),
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
        ValidationErrorKind::UniqueItems => Fault::at(at, "duplicate_items", "An item stands here twice."),
        ValidationErrorKind::Format { format } if format == "time-zone" => unknown_zone(at, error),
        ValidationErrorKind::Pattern { pattern } if pattern == formats::TIME_ZONE => unknown_zone(at, error),
        ValidationErrorKind::Format { format } => sentences::by_format(at, format),
        ValidationErrorKind::Pattern { pattern } => sentences::by_pattern(at, pattern),
        _ => Fault::at(at, "invalid", error.masked().to_string()),
    }
}

/// The fault of a time zone that nobody knows, with the nearest one that there is.
fn unknown_zone(at: &str, error: &ValidationError<'_>) -> Fault {
    let sent = error.instance().as_str().unwrap_or_default().chars().take(100).collect::<String>();
    let hint = hint(&sent, formats::time_zones());
    let detail = format!("A time zone has a name of the IANA database, such as Europe/Berlin or UTC.{hint}");
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

/// The fault of a member that nobody knows, with the nearest name that somebody does.
pub(super) fn unknown_member<'a>(at: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let hint = hint(name, known);
    let name = beginning(name, MAX_POINTER);
    Fault::at(format!("{at}/{}", escape(name)), "unknown_member", format!("{name:?} is not known here.{hint}"))
}

/// A question after the known name that a mistyped one most likely stands for; empty where none is near.
pub(crate) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!(" Did you mean {near:?}?")).unwrap_or_default()
}

/// What other systems call things that have another name here.
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

/// Whether one name could be a slip of the other: a third of its letters at most, or one begins with the other.
fn is_near(name: &str, word: &str) -> bool {
    let length = name.chars().count().max(word.chars().count());
    let begins = name.len() > 2 && word.len() > 2 && (word.starts_with(name) || name.starts_with(word));
    begins || (name.len() < 100 && strsim::osa_distance(name, word) <= (length / 3).max(1))
}

/// The known name that a mistyped one most likely stands for; none for a name longer than any that is known.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_HINTED {
        return None;
    }
    // In a short name one slip is most of the name.
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

/// A name as a JSON Pointer writes it (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The members that stand beside a keyword, following the references on the way to it.
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
        // The walk begins at the body's own schema, which the validator's root only refers to.
        if schema.is_null() {
            break;
        }
    }
    schema.get("properties").and_then(Value::as_object).map(|names| names.keys().cloned().collect()).unwrap_or_default()
}
