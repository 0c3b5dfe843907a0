//! Word counts and reading times.

use unicode_segmentation::UnicodeSegmentation;

/// The number of words read per minute.
const WORDS_PER_MINUTE: u32 = 230;
/// The number of Chinese or Japanese characters read per minute; studies report 400 to 600.
const SIGNS_PER_MINUTE: u32 = 500;
/// The approximate number of characters per word in scripts without spaces between words (Thai, Lao, Khmer, Burmese …).
const CHARACTERS_PER_WORD: u32 = 5;

/// The counts of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Words according to the word boundaries of UAX #29, in scripts that separate words.
    words: u32,
    /// Chinese and Japanese characters.
    signs: u32,
    /// Characters of scripts with the line-breaking class SA.
    unspaced: u32,
}

impl Measure {
    /// Adds the counts of a text.
    pub(super) fn add(&mut self, text: &str) {
        for word in text.unicode_words() {
            self.words = self.words.saturating_add(u32::from(word.chars().any(is_of_a_word)));
        }
        for letter in text.chars() {
            self.signs = self.signs.saturating_add(u32::from(is_sign(letter)));
            self.unspaced = self.unspaced.saturating_add(u32::from(is_unspaced(letter)));
        }
    }

    /// The number of words. Each Chinese or Japanese character counts as one word; in scripts without spaces, words are estimated.
    pub(super) fn words(self) -> u32 {
        self.words.saturating_add(self.signs).saturating_add(self.unspaced_words())
    }

    /// The reading time in minutes, at least one.
    pub(super) fn minutes(self) -> u32 {
        let words = u64::from(self.words) + u64::from(self.unspaced_words());
        let (words, signs) = (words * u64::from(SIGNS_PER_MINUTE), u64::from(self.signs) * u64::from(WORDS_PER_MINUTE));
        let minutes = (words + signs).div_ceil(u64::from(WORDS_PER_MINUTE) * u64::from(SIGNS_PER_MINUTE));
        u32::try_from(minutes).unwrap_or(u32::MAX).max(1)
    }

    fn unspaced_words(self) -> u32 {
        self.unspaced.div_ceil(CHARACTERS_PER_WORD)
    }
}

/// The reading time in minutes if only the number of words is known; at least one.
pub(crate) fn reading_minutes(words: u32) -> u32 {
    words.div_ceil(WORDS_PER_MINUTE).max(1)
}

/// Whether a segment with this letter counts as a word. Chinese, Japanese and unspaced characters are counted in other ways.
fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() && !is_sign(letter) && !is_unspaced(letter)
}

/// Whether a character is Han, Hiragana or Katakana (half-width Katakana included).
fn is_sign(letter: char) -> bool {
    matches!(letter, '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{323af}')
}

/// Whether a character is a letter or a mark of a script with the line-breaking class SA (UAX #14).
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{edf}' | '\u{1000}'..='\u{103f}'
        | '\u{1050}'..='\u{108f}' | '\u{109a}'..='\u{109f}' | '\u{1780}'..='\u{17d3}' | '\u{17d7}' | '\u{17dc}'..='\u{17dd}'
        | '\u{1950}'..='\u{1974}' | '\u{1980}'..='\u{19c9}' | '\u{1a20}'..='\u{1a7c}' | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9fe}'
        | '\u{aa60}'..='\u{aac2}' | '\u{aadb}'..='\u{aadf}' | '\u{11700}'..='\u{1172b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (u32, u32) {
        let mut measure = Measure::default();
        measure.add(text);
        (measure.words(), measure.minutes())
    }

    #[test]
    fn words_are_counted_by_script() {
        for (text, words) in [
            ("", 0),
            ("— … !", 0),
            ("Don't stop, it's 3.14 km.", 5),
            ("and/or, well-known", 4),
            ("Привет, мир", 2),
            ("대한민국의 수도는 서울이다", 3),
            ("漢字と", 3),
            ("ｶﾀｶﾅ", 4),
            ("iPhoneを買う", 1 + 3),
            ("สวัสดีครับ", 2),
            ("ຂອບໃຈຫຼາຍໆ", 2),
            ("អរគុណច្រើន", 2),
            ("မင်္ဂလာပါရှင့်", 3),
            ("मेरा नाम", 2),
        ] {
            assert_eq!(of(text).0, words, "{text}");
        }
    }

    #[test]
    fn reading_takes_as_long_as_the_script_takes() {
        let thai = "ก".repeat(4_350);
        assert!((800..900).contains(&of(&thai).0), "{:?}", of(&thai));
        assert_eq!(of(&thai).1, 4);
        assert_eq!(of(&"漢".repeat(2_000)), (2_000, 4));
        assert_eq!(of(&"word ".repeat(231)), (231, 2));
        assert_eq!(of(&format!("{}{}", "word ".repeat(115), "漢".repeat(250))).1, 1);
        assert_eq!([0, 1, 230, 231].map(reading_minutes), [1, 1, 1, 2]);
    }
}
