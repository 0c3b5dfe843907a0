//! The OpenAPI parameters of lists, from the same tables that parse and query.

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{RefOr, Required};

use crate::db::{Listing, Op};
use crate::input::Kind;

/// A parameter of the query string, described by a JSON Schema.
pub(crate) fn parameter(name: &str, about: &str, schema: Value) -> Parameter {
    let schema: Option<RefOr<Schema>> = serde_json::from_value::<Schema>(schema).ok().map(RefOr::T);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(schema)
        .build()
}

/// Every parameter that a list takes.
pub(crate) fn of_listing<T, R>(listing: &Listing<T, R>) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for field in listing.fields {
        for op in field.ops {
            let about = format!("{} ({}){}", field.about, about_op(*op), about_day(field.kind, *op));
            if *op == Op::Eq {
                let about = format!("{}{}", field.about, about_day(field.kind, *op));
                parameters.push(parameter(field.name, &about, field.kind.schema(*op)));
            }
            parameters.push(parameter(&format!("{}[{}]", field.name, op.name()), &about, field.kind.schema(*op)));
        }
    }
    let sorts: Vec<&str> = listing.fields.iter().filter(|field| field.key.is_some()).map(|field| field.name).collect();
    let term = format!("-?({})", sorts.join("|"));
    let words = |words: &[&str]| format!("^({0})(,({0}))*$", words.join("|"));
    parameters.push(parameter(
        "sort",
        &format!("What to sort by, separated by commas, `-` for descending: {}. Each may stand once.", sorts.join(", ")),
        json!({"type": "string", "pattern": format!("^{term}(,{term})*$"), "default": listing.default_sort}),
    ));
    parameters.push(parameter(
        "limit",
        "How many items a page has at most.",
        json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    ));
    parameters.push(parameter(
        "cursor",
        "The `next` or `prev` of a page of the same query.",
        json!({"type": "string", "maxLength": 2000, "pattern": "^[A-Za-z0-9_-]*$"}),
    ));
    parameters.push(parameter("count", "Whether to count the whole list into `total`.", json!({"type": "boolean", "default": false})));
    parameters.push(parameter(
        "fields",
        "The members that each item shall have, separated by commas; all where absent.",
        json!({"type": "string", "pattern": words(listing.members)}),
    ));
    if !listing.includes.is_empty() {
        parameters.push(parameter(
            "include",
            "What to embed that lists leave out, separated by commas.",
            json!({"type": "string", "pattern": words(listing.includes)}),
        ));
    }
    parameters
}

/// What a date without a time stands for.
fn about_day(kind: Kind, op: Op) -> &'static str {
    match (kind, op) {
        (Kind::Time, Op::Eq) => " A date alone, such as `2026-01-31`, is that day in the site's `timezone`.",
        (Kind::Time, Op::Lt | Op::Gte) => " A date alone, such as `2026-01-31`, is the beginning of that day in the site's `timezone`.",
        (Kind::Time, Op::Lte | Op::Gt) => " A date alone, such as `2026-01-31`, is the end of that day in the site's `timezone`.",
        _ => "",
    }
}

fn about_op(op: Op) -> &'static str {
    match op {
        Op::Eq => "equal",
        Op::Ne => "not equal",
        Op::In => "one of these, separated by commas",
        Op::Nin => "none of these, separated by commas",
        Op::Lt => "less than",
        Op::Lte => "at most",
        Op::Gt => "more than",
        Op::Gte => "at least",
        Op::Contains => "contains",
        Op::StartsWith => "starts with",
        Op::EndsWith => "ends with",
        Op::Under => "is, or lies below",
        Op::Exists => "whether there is one",
    }
}

/// Declares the type that stands for a listing in `#[utoipa::path(params(…))]`.
macro_rules! listing_parameters {
    ($name:ident, $listing:expr) => {
        /// The parameters of a list.
        pub(crate) struct $name;

        impl utoipa::IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::http::parameters::of_listing(&$listing)
            }
        }
    };
}

pub(crate) use listing_parameters;
