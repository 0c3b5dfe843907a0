//! Compares two texts word by word and as a unified diff, in limited time and with a response of limited size.

use std::time::Duration;

use serde::Serialize;
use similar::{Change, ChangeTag, TextDiff};
use utoipa::ToSchema;

use crate::db::text_enum;

/// The time limit of one comparison; afterwards the rest is compared roughly. There are two comparisons: by line and by word.
const COMPARE_TIMEOUT: Duration = Duration::from_millis(400);
/// The maximum number of pieces in a response; texts that differ in more places are compared in larger pieces.
const MAX_PIECES: usize = 20_000;
/// The number of lines that a unified diff shows around a change.
const CONTEXT: usize = 3;

text_enum! {
    /// The change of a piece of text.
    pub(crate) enum PieceChange {
        /// Both texts have the piece.
        Equal = "equal",
        /// Only the older text has the piece.
        Delete = "delete",
        /// Only the newer text has the piece.
        Insert = "insert",
    }
}

text_enum! {
    /// The unit by which texts are compared.
    pub(crate) enum Granularity {
        /// Words.
        Word = "word",
        /// Lines, because the texts differ in too many words.
        Line = "line",
        /// Whole texts, because they differ in too many lines.
        Text = "text",
    }
}

/// The differences between two texts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BodyDiff {
    /// The unit of the comparison: `word`, unless the texts differ in very many places.
    pub(crate) granularity: Granularity,
    /// The pieces in order. Without the inserted pieces, they are the older text; without the deleted pieces, the newer text.
    pub(crate) pieces: Vec<BodyDiffPiece>,
    /// The differences as a unified diff, with three lines around each change.
    #[schema(example = "--- revision 1\n+++ revision 2\n@@ -1 +1 @@\n-The trams run on Friday.\n+The trams run on Saturday.\n")]
    pub(crate) unified: String,
}

/// A piece of the compared texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BodyDiffPiece {
    /// Whether the piece is in both texts, or was deleted or inserted.
    pub(crate) change: PieceChange,
    /// The text of the piece.
    #[schema(example = "on Saturday")]
    pub(crate) text: String,
}

/// Compares two texts, each with its name for the unified diff.
pub(super) fn compare(older: (&str, &str), newer: (&str, &str)) -> BodyDiff {
    compare_within(COMPARE_TIMEOUT, older, newer)
}

fn compare_within(timeout: Duration, (older, before): (&str, &str), (newer, after): (&str, &str)) -> BodyDiff {
    let mut config = TextDiff::configure();
    config.timeout(timeout);
    let lines = config.diff_lines(before, after);
    let unified = lines.unified_diff().context_radius(CONTEXT).header(older, newer).to_string();
    let words = config.diff_words(before, after);
    let by_word = pieces(words.iter_all_changes()).map(|pieces| (Granularity::Word, pieces));
    let found = by_word.or_else(|| pieces(lines.iter_all_changes()).map(|pieces| (Granularity::Line, pieces)));
    let (granularity, pieces) = found.unwrap_or_else(|| (Granularity::Text, wholes(before, after)));
    BodyDiff { granularity, pieces, unified }
}

/// Returns the changes as pieces, with adjacent changes of one kind joined; `None` if there are too many.
fn pieces<'a>(changes: impl Iterator<Item = Change<&'a str>>) -> Option<Vec<BodyDiffPiece>> {
    let mut pieces: Vec<BodyDiffPiece> = Vec::new();
    for change in changes {
        let kind = match change.tag() {
            ChangeTag::Equal => PieceChange::Equal,
            ChangeTag::Delete => PieceChange::Delete,
            ChangeTag::Insert => PieceChange::Insert,
        };
        let full = pieces.len() == MAX_PIECES;
        match pieces.last_mut().filter(|last| last.change == kind) {
            Some(last) => last.text.push_str(change.value()),
            None if full => return None,
            None => pieces.push(BodyDiffPiece { change: kind, text: change.value().to_owned() }),
        }
    }
    Some(pieces)
}

fn wholes(before: &str, after: &str) -> Vec<BodyDiffPiece> {
    let whole = |change, text: &str| BodyDiffPiece { change, text: text.to_owned() };
    vec![whole(PieceChange::Delete, before), whole(PieceChange::Insert, after)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granularity(before: &str, after: &str) -> Granularity {
        // A long timeout, so that the result does not depend on the load of the machine.
        let diff = compare_within(Duration::from_mins(1), ("a", before), ("b", after));
        let but =
            |left_out| diff.pieces.iter().filter(|piece| piece.change != left_out).map(|piece| piece.text.as_str()).collect::<String>();
        assert_eq!((but(PieceChange::Insert).as_str(), but(PieceChange::Delete).as_str()), (before, after));
        assert!(diff.pieces.len() <= MAX_PIECES);
        diff.granularity
    }

    #[test]
    fn texts_that_differ_in_very_many_places_are_compared_by_larger_pieces() {
        assert_eq!(granularity("The trams run on Friday.", "The trams run on Saturday."), Granularity::Word);
        let every_second = |word: &str, between: &str| {
            let pair = |number: i32| format!("{number}{between}{word}{between}");
            (0..15_000).map(pair).collect::<Vec<_>>().concat()
        };
        assert_eq!(granularity(&every_second("old", " "), &every_second("new", " ")), Granularity::Line);
        assert_eq!(granularity(&every_second("old", "\n"), &every_second("new", "\n")), Granularity::Text);
    }

    #[test]
    fn texts_without_an_end_of_line_are_compared() {
        let diff = compare(("a", "One"), ("b", ""));
        assert_eq!(diff.pieces, [BodyDiffPiece { change: PieceChange::Delete, text: "One".to_owned() }]);
        assert!(diff.unified.starts_with("--- a\n+++ b\n"), "{}", diff.unified);
    }
}
