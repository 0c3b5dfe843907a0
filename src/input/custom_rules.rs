//! What a schema of custom fields may be: of one standard, whole in itself, and no more work than a save can bear.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::check::{escape, unknown_member};
use crate::error::Fault;

/// The standard that schemas follow.
const STANDARD: &str = "https://json-schema.org/draft/2020-12/schema";
/// How many parts it may have, every reference followed.
const MOST_PARTS: usize = 1000;
/// How deep parts may lie within each other, every reference followed.
const DEEPEST: usize = 32;
/// How many patterns it may have.
const MOST_PATTERNS: usize = 50;

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
/// Keywords whose value is no schema.
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

/// Every fault that a schema has by these rules; whether its keywords have good values is the standard's business.
pub(super) fn faults(schema: &Map<String, Value>) -> Vec<Fault> {
    let mut survey = Survey::default();
    survey.visit("", schema, true);
    if survey.patterns > MOST_PATTERNS {
        survey.faults.push(Fault::at("", "too_complex", format!("This may have {MOST_PATTERNS} patterns.")).bound("max", MOST_PATTERNS));
    }
    for (at, target) in std::mem::take(&mut survey.references) {
        if survey.parts.contains_key(&target) {
            survey.parts.entry(at).or_default().push(target);
        } else {
            survey.faults.push(Fault::at(format!("{at}/$ref"), "unknown_reference", format!("This schema has no part #{target}.")));
        }
    }
    if survey.faults.is_empty() && measure(&survey.parts, "", &mut HashMap::new(), 0).is_none() {
        let detail =
            format!("Every reference followed, this may have {MOST_PARTS} parts, {DEEPEST} within each other, and none within itself.");
        survey.faults.push(Fault::at("", "too_complex", detail));
    }
    survey.faults
}

#[derive(Default)]
struct Survey {
    /// Every part's place, and the places of those that are checked with it.
    parts: HashMap<String, Vec<String>>,
    /// Where a reference stands, and what it names.
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
                    self.faults.push(Fault::at(place, "not_one_of", format!("This must be {STANDARD}, and stand at the top.")));
                }
                ("$ref", Value::String(target)) => self.refer(at, place, target),
                (name, value) if ONE.contains(&name) => self.part(at, &place, value),
                (name, Value::Array(items)) if MANY.contains(&name) => {
                    items.iter().enumerate().for_each(|(index, item)| self.part(at, &format!("{place}/{index}"), item));
                }
                (name, Value::Object(members)) if NAMED.contains(&name) => {
                    self.patterns += if name == "patternProperties" { members.len() } else { 0 };
                    // What is only defined is checked where it is referred to.
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
            _ => self.faults.push(Fault::at(place, "remote_reference", "A reference stays within its schema: #/$defs/… or the like.")),
        }
    }
}

/// How many parts are checked with one, and how deep they lie; none where that is too many, too deep or without end.
fn measure(
    parts: &HashMap<String, Vec<String>>,
    at: &str,
    known: &mut HashMap<String, (usize, usize)>,
    depth: usize,
) -> Option<(usize, usize)> {
    if let Some(found) = known.get(at) {
        return Some(*found).filter(|(_, below)| depth + below <= DEEPEST);
    }
    if depth > DEEPEST {
        return None;
    }
    let (mut size, mut below) = (1_usize, 0);
    for inner in parts.get(at).into_iter().flatten() {
        let (more, deeper) = measure(parts, inner, known, depth + 1)?;
        size = size.saturating_add(more);
        below = below.max(deeper + 1);
    }
    known.insert(at.to_owned(), (size, below));
    (size <= MOST_PARTS && depth + below <= DEEPEST).then_some((size, below))
}

/// The same schema, for a place within another document: its references begin there.
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
