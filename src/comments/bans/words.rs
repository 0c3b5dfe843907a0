//! Words as bans compare them: without regard to case, accents, look-alikes, punctuation and what can't be seen.

use super::super::texts::clean_line;
use crate::db::fold;

/// The words of a text with a blank around each, so that a phrase is found where its words stand together.
pub(in crate::comments) fn plain_words(text: &str) -> String {
    let folded = fold(&clean_line(text));
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(String::from(" "), |mut line, word| {
        line.push_str(word);
        line.push(' ');
        line
    })
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
}
