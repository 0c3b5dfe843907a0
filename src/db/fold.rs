//! Case and accent folding, for sorting, searching and comparing names and texts.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Returns text without case and accents in Latin, Greek and Cyrillic; other scripts are only normalized (NFC).
///
/// Letters that do not decompose get their usual spelling (`ß` becomes `ss`, `ø` becomes `o`); `й` and `ї` remain separate letters.
/// Typographic quotes and dashes become ASCII.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    // The letter whose marks are dropped.
    let mut bare = None;
    for letter in text.nfd() {
        if is_combining_mark(letter) {
            if bare.is_none_or(|bare| is_letter_of_its_own(bare, letter)) {
                folded.push(letter);
            }
            continue;
        }
        let start = folded.len();
        push_folded(&mut folded, letter);
        bare = folded.get(start..).and_then(|added| added.chars().next_back()).filter(|last| is_folded(*last));
    }
    folded.nfc().collect()
}

/// Returns whether two texts are the same name: case and Unicode normalization are ignored, accents count.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase().nfc().eq(other.to_lowercase().nfc())
}

/// Returns whether a letter loses its case and its marks.
fn is_folded(letter: char) -> bool {
    letter.is_alphabetic()
        && matches!(letter,
            '\0'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{370}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{1d00}'..='\u{1dbf}'
            | '\u{1e00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a640}'..='\u{a69f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}')
}

/// Returns whether a mark turns the letter before it into a different letter.
fn is_letter_of_its_own(letter: char, mark: char) -> bool {
    matches!((letter, mark), ('и', '\u{306}') | ('і', '\u{308}'))
}

/// Appends a letter that is not a mark: its compatibility form if that belongs to the folded scripts, else the letter itself.
fn push_folded(folded: &mut String, letter: char) {
    let (mut can_fold, mut form) = (true, String::new());
    decompose_compatible(letter, |part| {
        can_fold &= part.is_ascii() || is_folded(part) || is_combining_mark(part);
        if !is_combining_mark(part) {
            form.push(part);
        }
    });
    if can_fold && !form.is_empty() {
        form.chars().flat_map(char::to_lowercase).filter(|part| !is_combining_mark(*part)).for_each(|part| push_usual(folded, part));
    } else {
        push_usual(folded, letter);
    }
}

/// Appends the usual English spelling of a letter that has no decomposition.
fn push_usual(folded: &mut String, letter: char) {
    let usual = match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ŋ' => "ng",
        'ø' => "o",
        'ł' => "l",
        'ı' => "i",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ς' => "σ",
        '‘' | '’' | '‚' | '‛' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' => "-",
        other => return folded.push(other),
    };
    folded.push_str(usual);
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_accents_are_folded_in_latin_greek_and_cyrillic() {
        for (one, other) in [
            ("É", "e"),
            ("e\u{301}", "E"),
            ("Straße", "STRASSE"),
            ("GROẞ", "gross"),
            ("Ærøskøbing", "aeroskobing"),
            ("Œuvre", "oeuvre"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("ırmak", "IRMAK"),
            ("Þórður", "thordur"),
            ("Đặng", "dang"),
            ("Αθήνα", "ΑΘΗΝΑ"),
            ("ὁδός", "ΟΔΟΣ"),
            ("Ёлка", "елка"),
            ("МОСКВА", "москва"),
            ("ﬁn", "fin"),
            ("Ｖｉａｇｒａ", "viagra"),
            ("don’t – “stop”…", "don't - \"stop\"..."),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
        assert_eq!(fold("Zoë Ångström-Łukasz"), "zoe angstrom-lukasz");
    }

    #[test]
    fn letters_of_their_own_stay() {
        for (one, other) in [("й", "и"), ("ї", "і"), ("Й", "И"), ("ШТАЙН", "ШТАИН")] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
        assert_eq!(fold("ЙЇ"), "йї");
        assert_eq!(fold("и\u{306}\u{301}"), "й");
    }

    #[test]
    fn other_scripts_are_compared_as_they_are() {
        for text in ["死", "東京", "かき", "がき", "ｶﾞ", "กำ", "مُدرّس", "हिन्दी", "한국어", "שָׁלוֹם", "Աա", "❤\u{fe0f}"]
        {
            use unicode_normalization::UnicodeNormalization;
            assert_eq!(fold(text), text.nfc().collect::<String>(), "{text}");
        }
        // These names would be equal after transliteration.
        for (one, other) in [
            ("死", "si"),
            ("北京", "bei jing"),
            ("か", "ka"),
            ("が", "か"),
            ("กา", "ka"),
            ("كتاب", "ktb"),
            ("की", "ki"),
            ("москва", "moskva"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
        assert_eq!(fold("か\u{3099}"), fold("が"));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["Éß", "ЙИ", "ΐ", "ǅ", "ŉ", "½", "﷽", "Ⅷ", "㎏", "ʼn", "a\u{345}", "\u{301}a", "ﬃ", "İ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
