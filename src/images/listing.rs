//! What the list of pictures can be asked.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::anatomy::Mime;
use super::image::Image;
use crate::db::{Column, Field, Key, Listing, Op, Predicate, column};
use crate::input::Kind;
use crate::schema::{image_uses, images};

/// The table of the list.
pub(super) static LISTING: Listing<images::table, Image> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id images::id), key: None, about: "The id." },
        Field {
            name: "mime",
            kind: Kind::Word(Mime::WORDS),
            ops: Op::CHOICE,
            column: column!(id images::mime),
            key: None,
            about: "The file's media type.",
        },
        Field {
            name: "used",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: Column { compare: used, order: None },
            key: None,
            about: "Whether anything shows it.",
        },
        Field {
            name: "alt",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::alt_key),
            key: None,
            about: "The alternative text, without regard to case and accents.",
        },
        Field {
            name: "caption",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::caption_key),
            key: None,
            about: "The caption, without regard to case and accents.",
        },
        Field {
            name: "credit",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::credit_key),
            key: None,
            about: "The credit, without regard to case and accents.",
        },
        Field {
            name: "sha256",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(id images::sha256),
            key: None,
            about: "The file's SHA-256, in lower-case hexadecimal.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time images::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was uploaded.",
        },
        Field {
            name: "bytes",
            kind: Kind::Int,
            ops: &[],
            column: column!(time images::bytes),
            key: Some(|row| Key::Int(row.bytes)),
            about: "How many bytes the file has.",
        },
        Field {
            name: "q",
            kind: Kind::Folded,
            ops: Op::TRUTH,
            column: Column { compare: holds_words, order: None },
            key: None,
            about: "Words that all stand somewhere in the texts or the file's name, without regard to case and accents.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &[
        "id",
        "url",
        "width",
        "height",
        "mime",
        "bytes",
        "sha256",
        "alt",
        "caption",
        "credit",
        "focal",
        "placeholder",
        "created_at",
        "file_name",
        "custom",
        "used",
        "created_by",
        "version",
        "updated_at",
    ],
    id: column!(id images::id),
    id_of: |row| row.id.to_string(),
};

/// The condition that something shows a picture, or nothing.
fn used(_: Op, keys: &[Key]) -> Predicate<images::table> {
    let uses = image_uses::table.select(image_uses::image_id);
    if keys.first().is_some_and(Key::truth) { Box::new(images::id.eq_any(uses)) } else { Box::new(images::id.ne_all(uses)) }
}

/// The condition that every word stands in what is searched.
fn holds_words(_: Op, keys: &[Key]) -> Predicate<images::table> {
    let text = keys.first().map(Key::text).unwrap_or_default();
    let mut all: Predicate<images::table> = Box::new(diesel::dsl::sql::<Bool>("TRUE"));
    for word in text.split_whitespace() {
        let pattern = crate::db::columns::like(Op::Contains, &Key::Text(word.to_owned()));
        all = Box::new(all.and(images::search_key.like(pattern).escape('\\')));
    }
    all
}
