//! Recomputes the keys by which names and texts are sorted and compared.
//!
//! Before this migration, all scripts were transliterated to Latin letters, so that different words became equal.

use super::super::conn::Conn;
use super::super::fold::fold;
use super::super::words::plain_words;
use super::Failure;
use super::pages::Derived;
use crate::secrets::token_hash;

/// The columns that hold the folded text of another column.
const FOLDED: &[Derived] = &[
    of("users", "name", "name_key"),
    of("invitations", "name", "name_key"),
    of("authors", "name", "name_key"),
    of("sections", "name", "name_key"),
    of("tags", "name", "name_key"),
    of("newsletter_lists", "name", "name_key"),
    of("ad_placements", "label", "label_key"),
    of("articles", "title", "title_key"),
    of("publications", "title", "title_key"),
    of("comments", "author_name", "author_name_key"),
    of("images", "alt", "alt_key"),
    of("images", "caption", "caption_key"),
    of("images", "credit", "credit_key"),
    of("images", TEXTS_OF_IMAGES, "search_key"),
];

/// The texts of an image in its search key, one per line.
const TEXTS_OF_IMAGES: &str =
    "COALESCE(alt || '\n', '') || COALESCE(caption || '\n', '') || COALESCE(credit || '\n', '') || COALESCE(file_name, '')";

const fn of(table: &'static str, text: &'static str, column: &'static str) -> Derived {
    Derived { table, id: "id", text, column, only: "TRUE" }
}

/// Recomputes all keys, and the hashes that identify repeated comments.
///
/// Banned words are left alone: they are stored only in Latin letters, which are compared as before.
pub(super) fn renew(conn: &mut Conn) -> Result<(), Failure> {
    for column in FOLDED {
        column.renew(conn, |text| Some(fold(text.trim_end_matches('\n'))))?;
    }
    let hashes = Derived { only: "text_hash IS NOT NULL", ..of("comments", "text", "text_hash") };
    hashes.renew(conn, |text| Some(token_hash(&plain_words(text))))
}
