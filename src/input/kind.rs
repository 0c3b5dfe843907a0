//! The types of query parameters: how values are parsed, and how the OpenAPI document describes them.

use serde_json::{Value, json};

use crate::db::{Id, Key, Op, Timestamp, fold, is_date};
use crate::error::Fault;

/// The maximum length of a parameter value, in characters.
const MAX_LENGTH: usize = 400;
/// The maximum number of values in a list.
const MAX_VALUES: usize = 100;
/// The maximum length of a list of values, in characters; with a longer list, the URL would be too long.
const MAX_LIST_LENGTH: usize = 8000;

/// The word for the caller's own account.
pub(crate) const ME: &str = "me";
/// The pattern of an id.
const ID: &str = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/// The type of a parameter value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Text, compared exactly.
    Text,
    /// Text, compared without case and accents.
    Folded,
    /// An id.
    Id,
    /// The id of an account, or `me` for the caller's own.
    Account,
    /// An id, or a slug that is compared exactly.
    Reference,
    /// An email address or a part of one, compared in lower case.
    Email,
    /// An RFC 3339 time, or a day of the site's calendar.
    Time,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Truth,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Kind {
    /// Parses the value of `name[op]=text`.
    pub(crate) fn keys(self, name: &str, op: Op, text: &str) -> Result<Vec<Key>, Fault> {
        if op == Op::Exists {
            return Self::Truth.key(name, text).map(|key| vec![key]);
        }
        if op.takes_list() {
            if text.split(',').nth(MAX_VALUES).is_some() {
                return Err(
                    Fault::parameter(name, "too_many", format!("A list may have at most {MAX_VALUES} values.")).bound("max", MAX_VALUES)
                );
            }
            return text.split(',').map(|item| self.key(name, item.trim())).collect();
        }
        // A day stays a text until the site's time zone is known.
        if matches!(self, Self::Time) && is_date(text) {
            return Ok(vec![Key::Text(text.to_owned())]);
        }
        self.key(name, text).map(|key| vec![key])
    }

    fn key(self, name: &str, text: &str) -> Result<Key, Fault> {
        let wrong = |what: &str| Fault::parameter(name, "invalid_value", format!("{text:?} is not {what}."));
        if text.chars().count() > MAX_LENGTH {
            return Err(Fault::parameter(name, "too_long", "A value may have at most 400 characters.").bound("max", MAX_LENGTH));
        }
        if text.chars().any(char::is_control) {
            return Err(Fault::parameter(name, "control_character", "A value must not contain control characters."));
        }
        match self {
            Self::Text => Ok(Key::Text(text.to_owned())),
            Self::Folded => Ok(Key::Text(fold(text))),
            Self::Email => Ok(Key::Text(text.trim().to_lowercase())),
            Self::Reference if !Id::<()>::is_shape(text) => Ok(Key::Text(text.to_owned())),
            Self::Reference => Ok(Key::Text(text.to_lowercase())),
            Self::Account if text == ME => Ok(Key::Text(ME.to_owned())),
            Self::Id | Self::Account if Id::<()>::is_shape(text) => Ok(Key::Text(text.to_lowercase())),
            Self::Account => Err(wrong("an id or \"me\"")),
            Self::Id => Err(wrong("an id")),
            Self::Time => Timestamp::parse(text).map(|time| Key::Int(time.millis())).ok_or_else(|| match text.split_once(' ') {
                // The blank was a plus sign before decoding.
                Some((time, zone)) if time.contains('T') && zone.contains(':') => {
                    wrong("an RFC 3339 time; write a plus sign as %2B in a URL")
                }
                _ => wrong("an RFC 3339 time, such as 2026-01-31T12:00:00Z, or a date"),
            }),
            Self::Int => text.parse::<i32>().map(|int| Key::Int(int.into())).map_err(|_| wrong("a whole number")),
            Self::Truth => match text {
                "true" => Ok(Key::Bool(true)),
                "false" => Ok(Key::Bool(false)),
                _ => Err(wrong("true or false")),
            },
            Self::Word(words) if words.contains(&text) => Ok(Key::Text(text.to_owned())),
            Self::Word(words) => Err(Fault::parameter(name, "invalid_value", format!("{text:?} is not one of {}.", words.join(", ")))),
        }
    }

    /// Returns the pattern of one value of a list.
    fn item_pattern(self) -> String {
        match self {
            Self::Text | Self::Folded | Self::Reference | Self::Email | Self::Time => {
                format!("[^,\\x00-\\x1f\\x7f-\\x9f]{{0,{MAX_LENGTH}}}")
            }
            Self::Id => ID.to_owned(),
            Self::Account => format!("{ME}|{ID}"),
            Self::Int => "-?[0-9]{1,9}".to_owned(),
            Self::Truth => "true|false".to_owned(),
            Self::Word(words) => words.join("|"),
        }
    }

    /// Returns the JSON Schema of a value of `name[op]`.
    pub(crate) fn schema(self, op: Op) -> Value {
        if op == Op::Exists {
            return json!({"type": "boolean"});
        }
        if op.takes_list() {
            let item = self.item_pattern();
            let pattern = format!("^ *({item}) *(, *({item}) *){{0,99}}$");
            return json!({"type": "string", "maxLength": MAX_LIST_LENGTH, "pattern": pattern, "description": "A list of values, separated by commas."});
        }
        match self {
            Self::Text | Self::Folded | Self::Reference | Self::Email => {
                json!({"type": "string", "maxLength": MAX_LENGTH, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"})
            }
            Self::Id => json!({"type": "string", "format": "uuid"}),
            Self::Account => json!({"type": "string", "pattern": format!("^({})$", self.item_pattern())}),
            Self::Time => json!({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
            Self::Int => json!({"type": "integer", "format": "int32"}),
            Self::Truth => json!({"type": "boolean"}),
            Self::Word(words) => json!({"type": "string", "enum": words}),
        }
    }
}
