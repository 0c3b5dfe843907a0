//! The texts that a comment is made of, and names that look like what they are.

use crate::input::formats::text_types;

text_types! {
    /// The name that a comment is signed with.
    Signature: NAME 1..=80 "Mara Lindqvist";
    /// Inline Markdown: emphasis, code, links, line breaks. The site's `max_length` may be lower.
    CommentMarkdown: PROSE 1..=20_000 "At *last*.";
}

/// The line without what can't be seen or turns the writing round, its blanks made single.
pub(super) fn clean_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters without a look of their own: fillers, joiners, bidirectional controls, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
