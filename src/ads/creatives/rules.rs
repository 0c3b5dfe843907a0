//! Rules that the schema cannot express: the members of each kind of creative, and the allowed attributes of a script.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AdditionalProperties, SchemaType};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

use super::creative::{AdKind, CreativeDraft};
use crate::error::Fault;
use crate::input::escape;

/// Allowed HTML attributes: they control how a script is loaded and contain no code.
const KNOWN: [&str; 8] = ["async", "charset", "crossorigin", "defer", "fetchpriority", "integrity", "nomodule", "referrerpolicy"];
/// The maximum length of an attribute name, in characters.
const MAX_NAME_LENGTH: usize = 60;

/// The attributes of a script element: at most 20.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Attributes(BTreeMap<String, String>);

impl utoipa::PartialSchema for Attributes {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .max_length(Some(1000))
            .pattern(Some(crate::input::formats::LINE));
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Object))
            .description(Some("The attributes of a script element."))
            .max_properties(Some(20))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(value.into()))))
            .examples([serde_json::json!({"data-zone": "4711", "async": ""})])
            .into()
    }
}
impl utoipa::ToSchema for Attributes {
    fn name() -> std::borrow::Cow<'static, str> {
        "AdAttributes".into()
    }
}

/// Returns the validation errors that the schema cannot express.
pub(super) fn faults(draft: &CreativeDraft) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, present, kinds, required) in [
        ("src", draft.src.is_some(), &[AdKind::Script][..], true),
        ("container_id", draft.container_id.is_some(), &[AdKind::Script], false),
        ("attributes", !draft.attributes.0.is_empty(), &[AdKind::Script], false),
        ("image", draft.image.is_some(), &[AdKind::Image], true),
        ("link", draft.link.is_some(), &[AdKind::Image], true),
        ("html", draft.html.is_some(), &[AdKind::Html], true),
    ] {
        let kind = draft.kind.as_str();
        if present && !kinds.contains(&draft.kind) {
            faults.push(Fault::at(format!("/{name}"), "not_of_this_kind", format!("A creative of kind {kind:?} cannot have {name:?}.")));
        } else if !present && required && kinds.contains(&draft.kind) {
            faults.push(Fault::at(format!("/{name}"), "required_by_kind", format!("A creative of kind {kind:?} needs {name:?}.")));
        }
    }
    for name in draft.attributes.0.keys().filter(|name| !may_be_given(name)) {
        let detail = format!("Allowed attributes are data-… (lower case, at most {MAX_NAME_LENGTH} characters) and {}.", KNOWN.join(", "));
        faults.push(Fault::at(format!("/attributes/{}", escape(name)), "unknown_attribute", detail));
    }
    if draft.starts_at.zip(draft.ends_at).is_some_and(|(starts_at, ends_at)| ends_at <= starts_at) {
        faults.push(Fault::at("/ends_at", "before_start", "The end must be after the start."));
    }
    faults
}

fn may_be_given(name: &str) -> bool {
    let is_data =
        |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    name.len() <= MAX_NAME_LENGTH && (KNOWN.contains(&name) || name.strip_prefix("data-").is_some_and(is_data))
}
