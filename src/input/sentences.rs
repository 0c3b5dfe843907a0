//! Error sentences for the patterns and formats of bodies, because people cannot read regular expressions.

use super::formats;
use crate::error::Fault;

/// Patterns, each with the code and the sentence of its validation error.
const PATTERNS: &[(&str, &str, &str)] = &[
    (formats::LINE, "control_character", "This must be one line without control characters."),
    (formats::NAME, "invalid_format", "This must be one line that is not blank and has no control characters."),
    (formats::TEXT, "control_character", "This must not contain control characters other than tabs and line ends."),
    (formats::PROSE, "invalid_format", "This must not be blank or contain control characters other than tabs and line ends."),
    (formats::SLUG, "invalid_format", "A slug must be lower-case words of a–z and 0–9 joined by hyphens, and must not look like an id."),
    (formats::LOCALE, "invalid_format", "A locale must be a language tag such as en, pt-BR or zh-Hant-TW."),
    (formats::ADDRESS, "invalid_format", "This must be an http or https URL, or a path that begins with one slash."),
    (
        formats::PATH,
        "invalid_format",
        "A path must begin with one slash and have no blanks, query string or fragment, as in /2019/old-tram.html.",
    ),
    (formats::HTTP_URL, "invalid_format", NO_URL),
    (formats::EMAIL, "invalid_format", NO_EMAIL),
    (r#"^https?://[^\s<>"`\\]+$"#, "invalid_format", NO_URL),
    (
        "^https://[^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}]+$",
        "invalid_format",
        "The URL of a script must begin with https:// and have no blanks.",
    ),
    (
        "^[A-Za-z][A-Za-z0-9_-]*$",
        "invalid_format",
        "The name of an element must begin with a letter, followed by letters, digits, _ and -.",
    ),
    ("^[A-Za-z0-9+#._-]*$", "invalid_format", "The name of a programming language may only have letters, digits and + # . _ -."),
    ("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", "invalid_format", NO_ID),
    ("^[a-z0-9]+(-[a-z0-9]+)*$", "invalid_format", "A key must be lower-case words of a–z and 0–9 joined by hyphens."),
    ("^One-Click$", "invalid_format", "This must be One-Click (RFC 8058)."),
    ("^[^\\x00-\\x1f\\x7f-\\x9f]*$", "control_character", "An id, a slug or a name must not contain control characters."),
    ("^/api/v1/[!-~]+$", "invalid_format", "A path must begin with /api/v1/ and be percent-encoded, as in /api/v1/sections."),
    ("^[!-~]+$", "invalid_format", "An entity tag must be ASCII without blanks, as in \"v7\"."),
];

const NO_URL: &str = "A URL must begin with http:// or https:// and have no blanks, as in https://example.org/news.";
const NO_EMAIL: &str = "This is not an email address such as mara@example.org.";
const NO_ID: &str = "An id must be a UUID, such as 019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42.";

/// Formats, each with the sentence of its validation error.
const FORMATS: &[(&str, &str)] = &[
    ("date-time", "A time must follow RFC 3339 and have a UTC offset, as in 2026-01-31T12:00:00Z."),
    ("iri", NO_URL),
    ("iri-reference", "This must be an http or https URL, or a path that begins with one slash."),
    ("email", NO_EMAIL),
    ("uuid", NO_ID),
];

/// Returns the error for a text that does not match a pattern.
pub(super) fn by_pattern(at: &str, pattern: &str) -> Fault {
    match PATTERNS.iter().find(|(known, ..)| *known == pattern) {
        Some((_, code, sentence)) => Fault::at(at, code, *sentence),
        // Only administrators' schemas have patterns without a sentence.
        None => Fault::at(at, "invalid_format", "This does not have the required form.").bound("pattern", pattern),
    }
}

/// Returns the error for a text that does not match a format.
pub(super) fn by_format(at: &str, format: &str) -> Fault {
    match FORMATS.iter().find(|(known, _)| *known == format) {
        Some((_, sentence)) => Fault::at(at, "invalid_format", *sentence),
        None => Fault::at(at, "invalid_format", format!("This is not a valid {format}.")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::check::referenced;
    use super::super::formats;
    use super::{FORMATS, PATTERNS};

    /// Collects all values of a keyword in a schema.
    fn values<'a>(keyword: &str, schema: &'a Value, found: &mut Vec<&'a str>) {
        match schema {
            Value::Object(members) => {
                found.extend(members.get(keyword).and_then(Value::as_str));
                members
                    .iter()
                    .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                    .for_each(|(_, value)| values(keyword, value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| values(keyword, item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_and_format_of_a_body_has_a_sentence() {
        let document = crate::openapi::document();
        let operations = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let (mut patterns, mut forms) = (0, 0);
        for body in operations.filter_map(|operation| operation.get("requestBody")) {
            let schemas = referenced(&document, body);
            for schema in schemas.values().chain([body]) {
                let mut found = Vec::new();
                values("pattern", schema, &mut found);
                for pattern in found {
                    patterns += 1;
                    assert!(
                        PATTERNS.iter().any(|(known, ..)| *known == pattern) || pattern == formats::TIME_ZONE,
                        "no sentence for {pattern}"
                    );
                }
                let mut found = Vec::new();
                values("format", schema, &mut found);
                for format in
                    found.into_iter().filter(|format| !["int32", "int64", "double", "binary", "password", "time-zone"].contains(format))
                {
                    forms += 1;
                    assert!(FORMATS.iter().any(|(known, _)| *known == format), "no sentence for {format}");
                }
            }
        }
        assert!(patterns > 100 && forms > 20, "the document has {patterns} patterns and {forms} formats");
    }
}
