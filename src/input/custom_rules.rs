//! The rules for schemas of custom fields: one standard, no external references, and limited complexity.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::check::{escape, unknown_member};
use crate::error::Fault;

/// The standard that schemas must follow.
const STANDARD: &str = "https://json-schema.org/draft/2020-12/schema";
/// The maximum number of parts (subschemas), with all references followed.
const MAX_PARTS: usize = 1000;
/// The maximum nesting depth of parts, with all references followed.
const MAX_DEPTH: usize = 32;
/// The maximum number of patterns.
const MAX_PATTERNS: usize = 50;

/// Keywords whose value is a schema.
const ONE: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is an array of schemas.
const MANY: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value has schemas as members.
const NAMED: &[&str] = &["properties", "patternProperties", "dependentSchemas", "$defs"];
/// Keywords whose value is not a schema.
const PLAIN: &[&str] = &[
    "$schema",
    "$comment",
    "$ref",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "format",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "contentEncoding",
    "contentMediaType",
];

/// Returns the violations of these rules. The values of keywords are checked elsewhere, by the meta-schema of the standard.
pub(super) fn faults(schema: &Map<String, Value>) -> Vec<Fault> {
    let mut survey = Survey::default();
    survey.visit("", schema, true);
    if survey.patterns > MAX_PATTERNS {
        survey
            .faults
            .push(Fault::at("", "too_complex", format!("A schema may have at most {MAX_PATTERNS} patterns.")).bound("max", MAX_PATTERNS));
    }
    for (at, target) in std::mem::take(&mut survey.references) {
        if survey.parts.contains_key(&target) {
            survey.parts.entry(at).or_default().push(target);
        } else {
            survey.faults.push(Fault::at(
                format!("{at}/$ref"),
                "unknown_reference",
                format!("This schema has no part with the pointer #{target}."),
            ));
        }
    }
    if survey.faults.is_empty() && measure(&survey.parts, "", &mut HashMap::new(), 0).is_none() {
        let detail = format!(
            "A schema may have at most {MAX_PARTS} parts, nested at most {MAX_DEPTH} levels deep, both counted with all references \
             followed. No part may contain itself."
        );
        survey.faults.push(Fault::at("", "too_complex", detail));
    }
    survey.faults
}

#[derive(Default)]
struct Survey {
    /// The pointer of every part, and the pointers of the parts that are checked with it.
    parts: HashMap<String, Vec<String>>,
    /// The pointers of references and of their targets.
    references: Vec<(String, String)>,
    patterns: usize,
    faults: Vec<Fault>,
}

impl Survey {
    fn visit(&mut self, at: &str, schema: &Map<String, Value>, is_root: bool) {
        self.parts.entry(at.to_owned()).or_default();
        for (keyword, value) in schema {
            let place = format!("{at}/{}", escape(keyword));
            match (keyword.as_str(), value) {
                ("$schema", value) if !is_root || value != STANDARD => {
                    self.faults.push(Fault::at(
                        place,
                        "not_one_of",
                        format!("This must be {STANDARD} and may only occur at the top level."),
                    ));
                }
                ("$ref", Value::String(target)) => self.refer(at, place, target),
                (name, value) if ONE.contains(&name) => self.part(at, &place, value),
                (name, Value::Array(items)) if MANY.contains(&name) => {
                    items.iter().enumerate().for_each(|(index, item)| self.part(at, &format!("{place}/{index}"), item));
                }
                (name, Value::Object(members)) if NAMED.contains(&name) => {
                    self.patterns += if name == "patternProperties" { members.len() } else { 0 };
                    // A part under `$defs` is checked where it is referred to.
                    let owner = if name == "$defs" { "$defs" } else { at };
                    members.iter().for_each(|(name, member)| self.part(owner, &format!("{place}/{}", escape(name)), member));
                }
                (name, _) if MANY.contains(&name) || NAMED.contains(&name) => {}
                (name, _) if PLAIN.contains(&name) => self.patterns += usize::from(name == "pattern"),
                (name, _) if name.starts_with("x-") => {}
                (name, _) => {
                    let known = [ONE, MANY, NAMED, PLAIN].concat();
                    self.faults.push(unknown_member(at, name, known.into_iter()));
                }
            }
        }
    }

    fn part(&mut self, owner: &str, at: &str, schema: &Value) {
        self.parts.entry(owner.to_owned()).or_default().push(at.to_owned());
        match schema {
            Value::Object(schema) => self.visit(at, schema, false),
            _ => drop(self.parts.entry(at.to_owned()).or_default()),
        }
    }

    fn refer(&mut self, at: &str, place: String, target: &str) {
        match target.strip_prefix('#') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => self.references.push((at.to_owned(), pointer.to_owned())),
            _ => self.faults.push(Fault::at(place, "remote_reference", "A reference must stay within its schema, as in #/$defs/….")),
        }
    }
}

/// Returns the number of parts that are checked with one part, and their depth; `None` if there are too many, or they are too deep or
/// recursive.
fn measure(
    parts: &HashMap<String, Vec<String>>,
    at: &str,
    known: &mut HashMap<String, (usize, usize)>,
    depth: usize,
) -> Option<(usize, usize)> {
    if let Some(found) = known.get(at) {
        return Some(*found).filter(|(_, below)| depth + below <= MAX_DEPTH);
    }
    if depth > MAX_DEPTH {
        return None;
    }
    let (mut size, mut below) = (1_usize, 0);
    for inner in parts.get(at).into_iter().flatten() {
        let (more, deeper) = measure(parts, inner, known, depth + 1)?;
        size = size.saturating_add(more);
        below = below.max(deeper + 1);
    }
    known.insert(at.to_owned(), (size, below));
    (size <= MAX_PARTS && depth + below <= MAX_DEPTH).then_some((size, below))
}

/// Moves a schema to a place within another document, and adjusts its references.
pub(crate) fn moved(schema: &Value, to: &str) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let all = |inner: &Value| match inner {
        Value::Object(members) => Value::Object(members.iter().map(|(name, inner)| (name.clone(), moved(inner, to))).collect()),
        other => other.clone(),
    };
    let changed = members.iter().map(|(keyword, value)| {
        let value = match (keyword.as_str(), value) {
            ("$ref", Value::String(target)) => format!("#{to}{}", target.trim_start_matches('#')).into(),
            (name, value) if ONE.contains(&name) => moved(value, to),
            (name, Value::Array(items)) if MANY.contains(&name) => items.iter().map(|item| moved(item, to)).collect(),
            (name, value) if NAMED.contains(&name) => all(value),
            _ => value.clone(),
        };
        (keyword.clone(), value)
    });
    Value::Object(changed.filter(|(keyword, _)| keyword != "$schema").collect())
}
