//! The texts that a comment is made of, and names that look like what they are.

use crate::input::formats::text_types;

text_types! {
    /// The name that a comment is signed with.
    Signature: NAME 1..=80 "Mara Lindqvist";
    /// Why something was decided, for staff.
    DecisionReason: LINE 0..=300 "Names a private person.";
    /// Inline Markdown: emphasis, code, links, line breaks. The site's `max_length` may be lower.
    CommentMarkdown: PROSE 1..=20_000 "At *last*.";
}
