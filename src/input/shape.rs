//! `Shape`: the published schema of a body, compiled so that validation takes linear time in the length of the body.
//!
//! The module `walk` checks objects, arrays and choices, and the length of texts. The validator then checks texts and numbers.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::check::compiled;
use crate::error::Result;

/// The keyword for the maximum size of a member, in bytes of JSON; the standard has no such keyword.
pub(super) const MAX_BYTES_KEYWORD: &str = "x-max-bytes";

/// A compiled schema.
pub(super) enum Shape {
    /// An object.
    Object(ObjectShape),
    /// An array.
    Array(ArrayShape),
    /// A choice of several schemas.
    Choice(Vec<Self>),
    /// A component of the document, by its name.
    Reference(String),
    /// A text, a number, a boolean or null.
    Scalar(Scalar),
    /// Any value, with an optional maximum size in bytes.
    Anything(Option<usize>),
}

/// The schema of an object.
pub(super) struct ObjectShape {
    pub(super) properties: HashMap<String, Shape>,
    pub(super) required: Vec<String>,
    /// The schema of members that are not named; `None` if such members are not allowed.
    pub(super) others: Option<Box<Shape>>,
    pub(super) max: Option<usize>,
    pub(super) max_bytes: Option<usize>,
    pub(super) kind: Scalar,
}

/// The schema of an array.
pub(super) struct ArrayShape {
    pub(super) item: Box<Shape>,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    pub(super) unique: bool,
    pub(super) kind: Scalar,
}

/// The schema of a value without parts.
pub(super) struct Scalar {
    /// The allowed types; empty if all are allowed.
    pub(super) types: Vec<String>,
    /// The maximum length of a text, in characters.
    pub(super) max_length: Option<usize>,
    /// The only allowed text, if there is exactly one.
    pub(super) only: Option<String>,
    /// The validator for everything else: formats, patterns, limits of numbers.
    pub(super) validator: Arc<Validator>,
}

/// The validators of scalars, each compiled once for all schemas that use it.
#[derive(Default)]
pub(super) struct Scalars(RwLock<HashMap<String, Arc<Validator>>>);

/// Keywords that do not affect validation.
const NOTES: [&str; 9] =
    ["description", "title", "example", "examples", "default", "readOnly", "writeOnly", "deprecated", MAX_BYTES_KEYWORD];

impl Shape {
    /// Compiles a schema of the document.
    pub(super) fn compile(schema: &Value, scalars: &Scalars) -> Result<Self> {
        let Some(members) = schema.as_object() else { return Ok(Self::Anything(None)) };
        if let Some(target) = members.get("$ref").and_then(Value::as_str) {
            return Ok(Self::Reference(target.rsplit('/').next().unwrap_or_default().to_owned()));
        }
        if let Some(Value::Array(branches)) = members.get("oneOf").or_else(|| members.get("anyOf")) {
            return Ok(Self::Choice(branches.iter().map(|branch| Self::compile(branch, scalars)).collect::<Result<_>>()?));
        }
        let types = types(members);
        if types.iter().any(|name| name == "object") {
            return Ok(Self::Object(ObjectShape::compile(members, types, scalars)?));
        }
        if types.iter().any(|name| name == "array") {
            return Ok(Self::Array(ArrayShape::compile(members, types, scalars)?));
        }
        let rules: Map<String, Value> =
            members.iter().filter(|(name, _)| !NOTES.contains(&name.as_str())).map(|(name, rule)| (name.clone(), rule.clone())).collect();
        if rules.is_empty() {
            return Ok(Self::Anything(bound(members, MAX_BYTES_KEYWORD)));
        }
        Ok(Self::Scalar(scalars.of(&Value::Object(rules), types)?))
    }
}

impl ObjectShape {
    fn compile(schema: &Map<String, Value>, types: Vec<String>, scalars: &Scalars) -> Result<Self> {
        let mut properties = HashMap::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            properties.insert(name.clone(), Shape::compile(property, scalars)?);
        }
        let others = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(other) => Some(Box::new(Shape::compile(other, scalars)?)),
            None => Some(Box::new(Shape::Anything(None))),
        };
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            properties,
            required: required.filter_map(Value::as_str).map(str::to_owned).collect(),
            others,
            max: bound(schema, "maxProperties"),
            max_bytes: bound(schema, MAX_BYTES_KEYWORD),
            kind: scalars.of(&json!({"type": types}), types)?,
        })
    }
}

impl ArrayShape {
    fn compile(schema: &Map<String, Value>, types: Vec<String>, scalars: &Scalars) -> Result<Self> {
        let item = schema.get("items").map_or(Ok(Shape::Anything(None)), |item| Shape::compile(item, scalars))?;
        Ok(Self {
            item: Box::new(item),
            min: bound(schema, "minItems").unwrap_or_default(),
            max: bound(schema, "maxItems"),
            unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
            kind: scalars.of(&json!({"type": types}), types)?,
        })
    }
}

impl Scalars {
    fn of(&self, rules: &Value, types: Vec<String>) -> Result<Scalar> {
        let max_length = rules.as_object().and_then(|rules| bound(rules, "maxLength"));
        let only = match rules.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([Value::String(only)]) => Some(only.clone()),
            _ => None,
        };
        let key = rules.to_string();
        let known = self.0.read().ok().and_then(|known| known.get(&key).cloned());
        let validator = match known {
            Some(validator) => validator,
            None => Arc::new(compiled(rules)?),
        };
        if let Ok(mut known) = self.0.write() {
            known.insert(key, Arc::clone(&validator));
        }
        Ok(Scalar { types, max_length, only, validator })
    }
}

fn types(schema: &Map<String, Value>) -> Vec<String> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ if schema.contains_key("properties") => vec!["object".to_owned()],
        _ => Vec::new(),
    }
}

fn bound(schema: &Map<String, Value>, name: &str) -> Option<usize> {
    schema.get(name)?.as_u64().and_then(|bound| usize::try_from(bound).ok())
}
