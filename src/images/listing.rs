//! The filters and sorts of the list of images.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::container::Mime;
use super::image::{EditedImage, Image};
use crate::db::{Column, Field, Key, Listing, Op, Predicate, column};
use crate::input::{Kind, Selectable};
use crate::schema::{image_uses, images};

/// The definition of the list of images.
pub(super) static LISTING: Listing<images::table, Image> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id images::id), key: None, about: "The id of the image." },
        Field {
            name: "mime",
            kind: Kind::Word(Mime::WORDS),
            ops: Op::CHOICE,
            column: column!(id images::mime),
            key: None,
            about: "The media type of the file.",
        },
        Field {
            name: "used",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: Column { compare: used, order: None },
            key: None,
            about: "Whether the image is used anywhere.",
        },
        Field {
            name: "alt",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::alt_key),
            key: None,
            about: "The alternative text, regardless of case and accents.",
        },
        Field {
            name: "caption",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::caption_key),
            key: None,
            about: "The caption, regardless of case and accents.",
        },
        Field {
            name: "credit",
            kind: Kind::Folded,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text images::credit_key),
            key: None,
            about: "The credit, regardless of case and accents.",
        },
        Field {
            name: "sha256",
            kind: Kind::Text,
            ops: Op::CHOICE,
            column: column!(id images::sha256),
            key: None,
            about: "The SHA-256 hash of the file, in lower-case hexadecimal.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time images::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time of the upload.",
        },
        Field {
            name: "bytes",
            kind: Kind::Int,
            ops: &[],
            column: column!(time images::bytes),
            key: Some(|row| Key::Int(row.bytes)),
            about: "The size of the file in bytes.",
        },
        Field {
            name: "q",
            kind: Kind::Folded,
            ops: Op::TRUTH,
            column: Column { compare: holds_words, order: None },
            key: None,
            about: "Words in the texts or the file name, regardless of case and accents. An item must have all words of the value.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<EditedImage>,
    id: column!(id images::id),
    id_of: |row| row.id.to_string(),
};

/// The condition that an image is used somewhere, or nowhere.
fn used(_: Op, keys: &[Key]) -> Predicate<images::table> {
    let uses = image_uses::table.select(image_uses::image_id);
    if keys.first().is_some_and(Key::truth) { Box::new(images::id.eq_any(uses)) } else { Box::new(images::id.ne_all(uses)) }
}

/// The condition that the searched text contains every word.
fn holds_words(_: Op, keys: &[Key]) -> Predicate<images::table> {
    let text = keys.first().map(Key::text).unwrap_or_default();
    let mut all: Predicate<images::table> = Box::new(diesel::dsl::sql::<Bool>("TRUE"));
    for word in text.split_whitespace() {
        let pattern = crate::db::columns::like(Op::Contains, &Key::Text(word.to_owned()));
        all = Box::new(all.and(images::search_key.like(pattern).escape('\\')));
    }
    all
}
