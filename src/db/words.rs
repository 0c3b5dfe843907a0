//! Splits texts into words for comparison: case, accents, punctuation and invisible characters are ignored.

use unicode_normalization::char::is_combining_mark;

use super::fold::fold;

/// Returns the words of a text with a blank around each, so that a phrase is found if its words are adjacent.
///
/// In scripts without blanks between words, each letter counts as a word.
pub(crate) fn plain_words(text: &str) -> String {
    let mut line = String::from(" ");
    let mut alone = false;
    for letter in fold(&clean_line(text)).chars() {
        // Indic and Thai vowel signs are marks and belong to the letter before them.
        let is_mark = is_combining_mark(letter);
        let begins = !is_mark && (alone || stands_alone(letter) || !letter.is_alphanumeric());
        if begins && !line.ends_with(' ') {
            line.push(' ');
        }
        if letter.is_alphanumeric() || (is_mark && !line.ends_with(' ')) {
            line.push(letter);
        }
        if !is_mark {
            alone = stands_alone(letter);
        }
    }
    if !line.ends_with(' ') {
        line.push(' ');
    }
    line
}

/// Returns whether a letter belongs to a script without blanks between words: Thai, Lao, Myanmar, Khmer, hiragana, or Chinese
/// characters.
fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Removes invisible characters and bidirectional controls from a line, and collapses its blanks.
///
/// Joiners are kept between non-ASCII letters, because Persian, Indic scripts and emoji need them.
pub(crate) fn clean_line(text: &str) -> String {
    let letters: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    let beyond = |at: Option<&char>| at.is_some_and(|letter| !letter.is_ascii() && !letter.is_whitespace() && !is_joiner(*letter));
    let joins = |index: usize| beyond(index.checked_sub(1).and_then(|before| letters.get(before))) && beyond(letters.get(index + 1));
    let kept = letters.iter().enumerate().filter(|(index, letter)| !is_joiner(**letter) || joins(*index));
    kept.map(|(_, letter)| *letter).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Returns whether a character is invisible: fillers, bidirectional controls, tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::plain_words;

    #[test]
    fn words_are_found_however_they_are_dressed_up() {
        assert_eq!(plain_words("Cheap  VIÁGRA,\u{200b} now!"), " cheap viagra now ");
        assert!(plain_words("buy **cheap** pi\u{200b}lls").contains(&plain_words("Cheap pills")));
        assert!(!plain_words("the classic").contains(&plain_words("ass")));
        assert_eq!(plain_words("!?"), " ");
    }

    #[test]
    fn words_of_scripts_without_blanks_are_found_inside_a_line() {
        for (word, line) in [("死", "他昨天死了。"), ("しね", "もうしねばいい"), ("ตาย", "เขาตายแล้ว"), ("スパム", "これはスパムです")]
        {
            assert!(plain_words(line).contains(&plain_words(word)), "{word} in {line}");
        }
        assert!(!plain_words("バカンス").contains(&plain_words("バカ")));
    }

    #[test]
    fn vowel_signs_do_not_divide_a_word() {
        assert_eq!(plain_words("हिन्दी में"), " हिन्दी में ");
        assert_ne!(plain_words("कि"), plain_words("की"));
    }
}
