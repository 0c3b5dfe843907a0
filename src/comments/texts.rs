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

/// The line without what can't be seen or turns the writing round, its blanks made single.
///
/// Joiners stay between letters beyond ASCII, where Persian, Indic scripts and emoji need them.
pub(super) fn clean_line(text: &str) -> String {
    let letters: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    let beyond = |at: Option<&char>| at.is_some_and(|letter| !letter.is_ascii() && !letter.is_whitespace() && !is_joiner(*letter));
    let joins = |index: usize| beyond(index.checked_sub(1).and_then(|before| letters.get(before))) && beyond(letters.get(index + 1));
    let kept = letters.iter().enumerate().filter(|(index, letter)| !is_joiner(**letter) || joins(*index));
    kept.map(|(_, letter)| *letter).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Characters without a look of their own: fillers, bidirectional controls, tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
