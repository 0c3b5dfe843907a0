//! Custom fields: the administrators' schemas that `custom` must match, and their validators.

use std::sync::Arc;

use diesel::prelude::*;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::check::explain;
use super::custom_rules;
use crate::db::{Conn, text_enum};
use crate::error::{Error, Fault, MAX_FAULTS, Result};
use crate::schema::custom_schemas;

/// The maximum size of a schema, in bytes.
pub(crate) const MAX_SCHEMA: usize = 32 * 1024;
/// The maximum number of values in `custom` if it is validated with a schema.
const MAX_VALUES: usize = 10_000;
/// The maximum size of a compiled pattern, in bytes.
const MAX_PATTERN_SIZE: usize = 256 * 1024;

text_enum! {
    /// A kind of resource that can have custom fields.
    pub(crate) enum CustomKind {
        /// Articles and pages.
        Article = "article",
        /// Authors.
        Author = "author",
        /// Images.
        Image = "image",
    }
}

impl CustomKind {
    /// All kinds.
    pub(crate) const ALL: [Self; 3] = [Self::Article, Self::Author, Self::Image];

    /// Returns the name of the kind's schema in the OpenAPI document.
    pub(crate) const fn component(self) -> &'static str {
        match self {
            Self::Article => "ArticleCustom",
            Self::Author => "AuthorCustom",
            Self::Image => "ImageCustom",
        }
    }
}

/// A compiled schema.
pub(crate) struct CustomSchema {
    source: String,
    root: Value,
    /// `None` if everything is allowed.
    validator: Option<Validator>,
}

impl CustomSchema {
    /// Compiles a schema that administrators sent; errors are validation errors of the request.
    pub(crate) fn of(schema: &Map<String, Value>) -> Result<Self> {
        let source = Value::Object(schema.clone()).to_string();
        if source.len() > MAX_SCHEMA {
            return Err(Error::invalid(vec![
                Fault::at("", "too_long", format!("A schema may have at most {MAX_SCHEMA} bytes.")).bound("max", MAX_SCHEMA),
            ]));
        }
        let mut faults = custom_rules::faults(schema);
        for error in jsonschema::draft202012::meta::validator().iter_errors(&Value::Object(schema.clone())).take(MAX_FAULTS + 1) {
            faults.push(Fault::at(error.instance_path().as_str(), "invalid_schema", error.to_string()));
        }
        if schema.get("type").is_some_and(|kind| kind != "object") {
            faults.push(Fault::at("/type", "not_one_of", "This must be \"object\", because the value of custom is an object."));
        }
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        Self::compile(source).map_err(|why| Error::invalid(vec![Fault::at("", "invalid_schema", why)]))
    }

    fn compile(source: String) -> std::result::Result<Self, String> {
        let schema: Value = serde_json::from_str(&source).map_err(|error| error.to_string())?;
        if schema.as_object().is_none_or(Map::is_empty) {
            return Ok(Self { source, root: Value::Null, validator: None });
        }
        let root = json!({"properties": {"custom": {"$ref": "#/$defs/custom"}}, "$defs": {"custom": custom_rules::moved(&schema, "/$defs/custom")}});
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            // Matching a pattern takes linear time in the length of the text.
            .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN_SIZE))
            .build(&root)
            .map_err(|error| error.to_string())?;
        Ok(Self { source, root, validator: Some(validator) })
    }

    /// Returns the validation errors of `custom`, with pointers from the body's root; none if `custom` is not an object.
    pub(crate) fn faults(&self, custom: &Value) -> Vec<Fault> {
        let Some(validator) = &self.validator else { return Vec::new() };
        if !custom.is_object() {
            return Vec::new();
        }
        if values(custom) > MAX_VALUES {
            let detail = format!("This may have at most {MAX_VALUES} values, including nested ones.");
            return vec![Fault::at("/custom", "too_many", detail).bound("max", MAX_VALUES)];
        }
        let (body, mut faults) = (json!({"custom": custom}), Vec::new());
        for error in validator.iter_errors(&body).take(MAX_FAULTS + 1) {
            explain(&self.root, &error, &mut faults);
        }
        faults
    }
}

fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(members) => members.values().map(values).sum(),
        _ => 0,
    }
}

/// The latest compiled schemas.
#[derive(Default)]
pub(super) struct CompiledSchemas(std::sync::RwLock<std::collections::HashMap<CustomKind, Arc<CustomSchema>>>);

impl CompiledSchemas {
    /// Returns the schema that is valid in this transaction; compiles it only if it has changed.
    pub(super) fn current(&self, conn: &mut Conn, kind: CustomKind) -> Result<Option<Arc<CustomSchema>>> {
        let Some(source) = source(conn, kind)? else { return Ok(None) };
        let known = self.0.read().ok().and_then(|known| known.get(&kind).cloned());
        if let Some(known) = known.filter(|known| known.source == source) {
            return Ok(Some(known));
        }
        let compiled = CustomSchema::compile(source);
        let compiled = Arc::new(compiled.map_err(|why| Error::internal(&format!("the schema of custom fields does not compile: {why}")))?);
        if let Ok(mut known) = self.0.write() {
            known.insert(kind, Arc::clone(&compiled));
        }
        Ok(Some(compiled))
    }
}

fn source(conn: &mut Conn, kind: CustomKind) -> Result<Option<String>> {
    Ok(custom_schemas::table.filter(custom_schemas::kind.eq(kind)).select(custom_schemas::content).first(conn).optional()?)
}
