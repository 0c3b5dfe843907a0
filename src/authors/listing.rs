//! The fields of the list of authors.

use super::author::Author;
use super::view::AuthorView;
use crate::db::{Field, Key, Listing, Op, column};
use crate::input::{Kind, Selectable};
use crate::schema::authors;

/// The fields of the list of authors.
pub(super) static LISTING: Listing<authors::table, Author> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id authors::id), key: None, about: "The id." },
        Field { name: "slug", kind: Kind::Reference, ops: Op::CHOICE, column: column!(text authors::slug), key: None, about: "The slug." },
        Field {
            name: "name",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text authors::name_key),
            key: Some(|row| Key::Text(row.name_key.clone())),
            about: "The name, regardless of case and accents.",
        },
        Field {
            name: "article_count",
            kind: Kind::Int,
            ops: &[],
            column: column!(int authors::article_count),
            key: Some(|row| Key::Int(row.article_count.into())),
            about: "The number of published articles.",
        },
    ],
    default_sort: "name",
    members: Selectable::of::<AuthorView>,
    id: column!(id authors::id),
    id_of: |row| row.id.to_string(),
};
