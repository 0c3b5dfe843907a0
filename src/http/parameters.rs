//! The OpenAPI parameters of lists, generated from the tables that also drive parsing and queries.

use std::marker::PhantomData;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{RefOr, Required};

use crate::db::{Listing, Op};
use crate::input::{Kind, MAX_FIELDS, Selectable};

/// Creates a parameter of the query string from a JSON Schema.
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

/// Declares parameters that several operations have.
macro_rules! shared_parameters {
    ($($(#[$meta:meta])* $name:ident = $parameter:expr;)+) => { $(
        $(#[$meta])*
        pub(crate) struct $name;

        impl utoipa::IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$parameter]
            }
        }
    )+ };
}

shared_parameters! {
    /// The parameter that selects the view for editors.
    ViewParameter = parameter("view", "Selects the view for editors.", json!({"type": "string", "enum": ["editor"]}));
    /// The parameter that publishes the saved article.
    PublishParameter = parameter("publish", "Whether to publish the article as well as save it.", json!({"type": "boolean"}));
    /// The parameter for a note about a save.
    NoteParameter = parameter(
        "note",
        "A note for the new revision. The server drops it if the save changes nothing.",
        json!({"type": "string", "minLength": 1, "maxLength": 400, "pattern": NOTE}),
    );
}

/// A line that is not blank.
const NOTE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$";

/// Returns all parameters of a list.
pub(crate) fn of_listing<T, R>(listing: &Listing<T, R>) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for field in listing.fields {
        for op in field.ops {
            let about = about_filter(field.about, field.kind, *op);
            if *op == Op::Eq {
                parameters.push(parameter(field.name, &about, field.kind.schema(*op)));
            }
            parameters.push(parameter(&format!("{}[{}]", field.name, op.name()), &about, field.kind.schema(*op)));
        }
    }
    let sorts: Vec<&str> = listing.fields.iter().filter(|field| field.key.is_some()).map(|field| field.name).collect();
    let term = format!("-?({})", sorts.join("|"));
    parameters.push(parameter(
        "sort",
        &format!("The sort fields, separated by commas, with `-` for descending order: {}. Each field may occur once.", sorts.join(", ")),
        json!({"type": "string", "pattern": format!("^{term}(,{term})*$"), "default": listing.default_sort}),
    ));
    parameters.push(parameter(
        "limit",
        "The maximum number of items on a page.",
        json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    ));
    parameters.push(parameter(
        "cursor",
        "The `next` or `prev` cursor of a page of the same query.",
        json!({"type": "string", "maxLength": 2000, "pattern": "^[A-Za-z0-9_-]*$"}),
    ));
    parameters.push(parameter(
        "count",
        "Whether to return the number of items of the whole list in `total`.",
        json!({"type": "boolean", "default": false}),
    ));
    parameters.extend(of_selection((listing.members)()));
    parameters
}

/// The parameters that select members of a view.
pub(crate) struct Selecting<V>(PhantomData<V>);

impl<V: ToSchema + 'static> utoipa::IntoParams for Selecting<V> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        of_selection(Selectable::of::<V>())
    }
}

/// Returns the parameters that select members of a response.
fn of_selection(of: &Selectable) -> Vec<Parameter> {
    let mut parameters = vec![parameter(
        "fields",
        "The members of the response, or of each item of a list, separated by commas. A dot selects a member of a member, or of each item \
         of an array: `authors.name`. By default, the response has all members that `include` does not name.",
        one_or_several(&of.names().collect::<Vec<_>>(), MAX_FIELDS),
    )];
    if !of.includes().is_empty() {
        parameters.push(parameter(
            "include",
            "Members that the response leaves out by default, separated by commas. It cannot be sent together with `fields`.",
            one_or_several(of.includes(), of.includes().len()),
        ));
    }
    parameters
}

/// Returns the schema of one of these words, or of up to `max` of them separated by commas.
fn one_or_several(words: &[&str], max: usize) -> Value {
    let constants: Vec<String> = words.iter().map(|word| constant(word)).collect();
    let one = json!({"type": "string", "enum": words, "x-enum-varnames": constants});
    if max < 2 {
        return one;
    }
    json!({"anyOf": [one, {"type": "string", "pattern": format!("^[a-z_]+([.][a-z0-9_]+)?(,[a-z_]+([.][a-z0-9_]+)?){{1,{}}}$", max - 1)}]})
}

/// Returns the name that generators of clients give to a word. They would call `comments_open` and `comments.open` the same.
fn constant(word: &str) -> String {
    let name = word.split_once('.').map_or_else(|| word.to_owned(), |(member, inner)| format!("{inner}_of_{member}")).to_uppercase();
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// Returns the description of a filter: its field, the items that it selects, and the notes about the field.
fn about_filter(about: &str, kind: Kind, op: Op) -> String {
    let (field, notes) = about.split_once(". ").unwrap_or((about, ""));
    let field = field.trim_end_matches('.');
    format!("{field}. {}{} {notes}", about_op(kind, op), about_day(kind, op)).trim_end().to_owned()
}

/// Returns a sentence that explains a date without a time.
fn about_day(kind: Kind, op: Op) -> &'static str {
    match (kind, op) {
        (Kind::Time, Op::Eq) => " A date alone, such as `2026-01-31`, is that day in the site's `timezone`.",
        (Kind::Time, Op::Lt | Op::Gte) => " A date alone, such as `2026-01-31`, is the beginning of that day in the site's `timezone`.",
        (Kind::Time, Op::Lte | Op::Gt) => " A date alone, such as `2026-01-31`, is the end of that day in the site's `timezone`.",
        _ => "",
    }
}

/// Returns a sentence about the items that a filter selects.
fn about_op(kind: Kind, op: Op) -> &'static str {
    match (op, kind) {
        (Op::Eq, _) => "The filter selects items with this value.",
        (Op::Ne, _) => "The filter selects items without this value.",
        (Op::In, _) => "The filter selects items with one of these values. Commas separate the values.",
        (Op::Nin, _) => "The filter selects items with none of these values. Commas separate the values.",
        (Op::Lt, Kind::Time) => "The filter selects items with an earlier time.",
        (Op::Lt, _) => "The filter selects items with a lower value.",
        (Op::Lte, Kind::Time) => "The filter selects items with this time or an earlier one.",
        (Op::Lte, _) => "The filter selects items with this value or a lower one.",
        (Op::Gt, Kind::Time) => "The filter selects items with a later time.",
        (Op::Gt, _) => "The filter selects items with a higher value.",
        (Op::Gte, Kind::Time) => "The filter selects items with this time or a later one.",
        (Op::Gte, _) => "The filter selects items with this value or a higher one.",
        (Op::Contains, _) => "The filter selects items whose value contains this text.",
        (Op::StartsWith, _) => "The filter selects items whose value begins with this text.",
        (Op::EndsWith, _) => "The filter selects items whose value ends with this text.",
        (Op::Under, _) => "The filter selects items with this value or one below it.",
        (Op::Exists, _) => "`true` selects items that have a value; `false` selects items without one.",
    }
}

/// Declares the type that represents a listing in `#[utoipa::path(params(…))]`.
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
