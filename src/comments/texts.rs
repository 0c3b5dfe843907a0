//! The text types of comments.

use crate::input::formats::text_types;

text_types! {
    /// The name of a comment's author.
    Signature: NAME 1..=80 "Mara Lindqvist";
    /// The reason for a decision, for staff.
    DecisionReason: LINE 0..=300 "Names a private person.";
    /// Inline Markdown: emphasis, code, links, line breaks. The site's `max_length` may be lower.
    CommentMarkdown: PROSE 1..=20_000 "At *last*.";
}
