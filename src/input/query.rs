//! Query strings: every parameter must be known, occur once and have a valid value; otherwise the request is refused.

use std::hash::{Hash, Hasher};

use super::check::hint;
use super::kind::Kind;
use super::selection::{Selectable, Selection};
use crate::db::{Key, Listing, Op, PageQuery, Position};
use crate::error::{Error, Fault, MAX_FAULTS, Result};

/// The maximum number of items of a page.
const MAX_PAGE_SIZE: usize = 100;
/// The default number of items of a page.
const DEFAULT_PAGE_SIZE: usize = 20;
/// The maximum number of parameters that are parsed: more than any operation has.
const MAX_PARAMETERS: usize = 200;
/// The maximum number of names in `fields`.
pub(crate) const MAX_FIELDS: usize = 40;
/// The maximum length of a paragraph, in characters.
const MAX_PARAGRAPH_LENGTH: usize = 2000;

/// A query string from which the parameters are taken one by one.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<String>,
    faults: Vec<Fault>,
}

impl Query {
    /// Parses the raw text after the `?`.
    pub(crate) fn parse(raw: &str) -> Self {
        let mut query = Self { pairs: Vec::new(), known: Vec::new(), faults: Vec::new() };
        for (index, piece) in raw.split('&').filter(|piece| !piece.is_empty()).enumerate() {
            if index == MAX_PARAMETERS {
                query.faults.push(
                    Fault::parameter("", "too_many", format!("A query may have at most {MAX_PARAMETERS} parameters."))
                        .bound("max", MAX_PARAMETERS),
                );
                break;
            }
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                query.faults.push(Fault::parameter(
                    piece.chars().take(60).collect::<String>(),
                    "malformed",
                    "This is not percent-encoded UTF-8.",
                ));
                continue;
            };
            if query.pairs.iter().any(|(other, _)| *other == name) {
                query.faults.push(Fault::parameter(name, "stands_twice", "A parameter may occur only once."));
            } else {
                query.pairs.push((name, value));
            }
        }
        query
    }

    /// Returns whether a parameter is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(other, _)| other == name)
    }

    /// Returns whether there is a filter by one of these fields.
    pub(crate) fn filters_by(&self, fields: &[&str]) -> bool {
        let field = |name: &str| name.split_once('[').map_or(name.to_owned(), |(field, _)| field.to_owned());
        self.pairs.iter().any(|(name, _)| fields.contains(&field(name).as_str()))
    }

    /// Takes the text of a parameter.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let index = self.pairs.iter().position(|(other, _)| other == name)?;
        Some(self.pairs.swap_remove(index).1)
    }

    /// Takes a text of a paragraph or two, with the limits of [`super::Paragraph`].
    pub(crate) fn paragraph(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if text.chars().count() > MAX_PARAGRAPH_LENGTH {
            let detail = format!("This may have at most {MAX_PARAGRAPH_LENGTH} characters.");
            self.faults.push(Fault::parameter(name, "too_long", detail).bound("max", MAX_PARAGRAPH_LENGTH));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            self.faults.push(Fault::parameter(
                name,
                "control_character",
                "A text must not contain control characters other than tabs and line ends.",
            ));
        }
        Some(text)
    }

    /// Takes a parameter of a given type.
    pub(crate) fn key(&mut self, name: &str, kind: Kind) -> Option<Key> {
        let text = self.text(name)?;
        match kind.keys(name, Op::Eq, &text) {
            Ok(keys) => keys.into_iter().next(),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// Takes `true` or `false`; false if the parameter is absent.
    pub(crate) fn truth(&mut self, name: &str) -> bool {
        self.key(name, Kind::Truth).is_some_and(|key| key.truth())
    }

    /// Takes a parameter that must be one of these words.
    pub(crate) fn word(&mut self, name: &str, words: &'static [&'static str]) -> Option<String> {
        self.key(name, Kind::Word(words)).map(|key| key.text())
    }

    /// Takes a comma-separated list of these words; `None` if the parameter is absent.
    pub(crate) fn words(&mut self, name: &str, words: &[&'static str]) -> Option<Vec<String>> {
        let text = self.text(name)?;
        let mut found = Vec::new();
        for word in text.split(',') {
            if self.faults.len() > MAX_FAULTS {
                break;
            }
            if found.iter().any(|other| other == word) {
                self.faults.push(Fault::parameter(name, "stands_twice", format!("{word:?} occurs twice.")));
            } else if words.contains(&word) {
                found.push(word.to_owned());
            } else {
                let hint = hint(word, words.iter().copied());
                self.faults.push(Fault::parameter(name, "unknown_name", format!("{word:?} is not one of {}.{hint}", words.join(", "))));
            }
        }
        Some(found)
    }

    /// Takes `fields` and, if the view has optional members, `include`.
    pub(crate) fn selection(&mut self, of: &Selectable) -> Selection {
        let mut selection = Selection::default();
        if let Some(text) = self.text("fields") {
            self.select_fields(&text, of, &mut selection);
        }
        if let Some(includes) = (!of.includes().is_empty()).then(|| self.words("include", of.includes())).flatten() {
            if selection.has_fields() {
                let detail = "include cannot be sent together with fields, which names all members of the response.";
                self.faults.push(Fault::parameter("include", "not_together", detail));
            }
            selection.includes = includes;
        }
        selection
    }

    fn select_fields(&mut self, text: &str, of: &Selectable, selection: &mut Selection) {
        for (index, name) in text.split(',').enumerate() {
            if self.faults.len() > MAX_FAULTS {
                break;
            }
            if index == MAX_FIELDS {
                let detail = format!("This may have at most {MAX_FIELDS} names.");
                self.faults.push(Fault::parameter("fields", "too_many", detail).bound("max", MAX_FIELDS));
                break;
            }
            if !of.names().any(|known| known == name) {
                let hint = hint(name, of.names());
                let members = of.members().collect::<Vec<_>>().join(", ");
                let name: String = name.chars().take(100).collect();
                let detail = format!("{name:?} is not one of {members}, nor a member of one of these.{hint}");
                self.faults.push(Fault::parameter("fields", "unknown_name", detail));
            } else if !selection.add_field(name) {
                self.faults.push(Fault::parameter("fields", "stands_twice", format!("{name:?} is selected twice.")));
            }
        }
    }

    /// Adds an error that only the operation can detect.
    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Finishes parsing: parameters that were not taken are unknown.
    pub(crate) fn finish(mut self) -> Result<()> {
        for (name, _) in self.pairs.iter().take(MAX_FAULTS + 1) {
            let hint = hint(name, self.known.iter().map(String::as_str));
            let name: String = name.chars().take(100).collect();
            self.faults.push(Fault::parameter(name.clone(), "unknown_parameter", format!("{name:?} is not known here.{hint}")));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Error::bad_query(self.faults)) }
    }

    /// Takes all parameters of a list. A cursor is valid only for lists with the same `scope`, such as the comments of one article.
    pub(crate) fn listing<T, R>(&mut self, listing: &Listing<T, R>, signer: &crate::secrets::Secrets, scope: &str) -> PageQuery {
        let filters = self.filters(listing);
        let sort = self.sort(listing);
        let limit = self.limit();
        let count = self.truth("count");
        let selection = self.selection((listing.members)());
        let fingerprint = fingerprint(scope, &filters, &sort);
        let position = self.text("cursor").and_then(|text| self.position(&text, signer, fingerprint));
        PageQuery { filters, sort, limit, position, count, selection, has_texts: false, fingerprint }
    }

    fn filters<T, R>(&mut self, listing: &Listing<T, R>) -> Vec<(usize, Op, Vec<Key>)> {
        let mut filters = Vec::new();
        for (index, field) in listing.fields.iter().enumerate() {
            for op in field.ops {
                let mut names = vec![format!("{}[{}]", field.name, op.name())];
                if *op == Op::Eq {
                    names.push(field.name.to_owned());
                }
                for name in names {
                    let Some(text) = self.text(&name) else { continue };
                    match field.kind.keys(&name, *op, &text) {
                        Ok(keys) => filters.push((index, *op, keys)),
                        Err(fault) => self.faults.push(fault),
                    }
                }
            }
        }
        filters
    }

    fn sort<T, R>(&mut self, listing: &Listing<T, R>) -> Vec<(usize, bool)> {
        let text = self.text("sort").unwrap_or_else(|| listing.default_sort.to_owned());
        let mut sort: Vec<(usize, bool)> = Vec::new();
        for term in text.split(',') {
            if self.faults.len() > MAX_FAULTS {
                break;
            }
            let (name, descending) = term.strip_prefix('-').map_or((term, false), |name| (name, true));
            let found = listing.fields.iter().position(|field| field.name == name && field.key.is_some());
            match found {
                Some(index) if sort.iter().all(|(other, _)| *other != index) => sort.push((index, descending)),
                Some(_) => self.faults.push(Fault::parameter("sort", "stands_twice", format!("{name:?} occurs twice."))),
                None => {
                    let known: Vec<_> = listing.fields.iter().filter(|field| field.key.is_some()).map(|field| field.name).collect();
                    let hint = hint(name, known.iter().copied());
                    self.faults.push(Fault::parameter(
                        "sort",
                        "unknown_name",
                        format!("{name:?} is not one of {}.{hint}", known.join(", ")),
                    ));
                }
            }
        }
        sort
    }

    /// Takes the size of a page.
    pub(crate) fn limit(&mut self) -> usize {
        let Some(key) = self.key("limit", Kind::Int) else { return DEFAULT_PAGE_SIZE };
        match usize::try_from(key.int()) {
            Ok(limit) if (1..=MAX_PAGE_SIZE).contains(&limit) => limit,
            _ => {
                self.faults.push(
                    Fault::parameter("limit", "out_of_range", "A page may have 1 to 100 items.")
                        .bound("min", 1)
                        .bound("max", MAX_PAGE_SIZE),
                );
                DEFAULT_PAGE_SIZE
            }
        }
    }

    fn position(&mut self, text: &str, signer: &crate::secrets::Secrets, fingerprint: u64) -> Option<Position> {
        let found = signer.open_cursor(text).and_then(|bytes| serde_json::from_slice::<(u64, Position)>(&bytes).ok());
        match found {
            Some((other, position)) if other == fingerprint => Some(position),
            Some(_) => {
                self.faults.push(Fault::parameter("cursor", "foreign_cursor", "This cursor belongs to another query."));
                None
            }
            None => {
                self.faults.push(Fault::parameter("cursor", "invalid_cursor", "This is not a cursor of this server."));
                None
            }
        }
    }
}

/// Returns the signed cursor of a position in a list.
pub(crate) fn seal_cursor(query: &PageQuery, position: &Position, signer: &crate::secrets::Secrets) -> Option<String> {
    serde_json::to_vec(&(query.fingerprint, position)).ok().map(|bytes| signer.sign_cursor(&bytes))
}

fn fingerprint(scope: &str, filters: &[(usize, Op, Vec<Key>)], sort: &[(usize, bool)]) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    scope.hash(&mut hasher);
    format!("{filters:?}{sort:?}").hash(&mut hasher);
    hasher.finish()
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let mut bytes = Vec::with_capacity(spaced.len());
    let mut rest = spaced.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let [high, low, after @ ..] = tail else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(*high)? * 16 + digit(*low)?);
        rest = after;
    }
    // PostgreSQL cannot even compare texts that contain a NUL.
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}
