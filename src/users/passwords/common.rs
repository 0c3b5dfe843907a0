//! Recognises the commonest passwords of 15 and more characters: well-known words, key runs and years, alone or
//! strung together.

/// Words that are common passwords or parts of them.
const WORDS: &str = include_str!("common_words.txt");
/// Sequences on keyboards or alphabets, typed forwards or backwards.
const RUNS: &[&str] = &[
    "01234567890123456789012345678901234567890123456789",
    "12345678901234567890123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "qweasdzxcrtyfghvbnuiojkl",
    "asdfghjklasdfghjkl",
    "zxcvbnmzxcvbnm",
    "qwertyqwertyqwerty",
    "147258369147258369",
    "112233445566778899001122334455",
    "1a2b3c4d5e6f7g8h9i0j",
    "a1b2c3d4e5f6g7h8i9j0",
    "!@#$%^&*()_+!@#$%^&*()_+",
];
/// The maximum number of common parts that make a password common.
const PARTS: usize = 3;
/// The maximum length, in characters, of a password that is compared with the common parts. Longer passwords are checked only
/// for repetition.
const MAX_LENGTH: usize = 64;

/// Checks whether a password is one of the passwords that attackers try first.
pub(super) fn is_common(password: &str) -> bool {
    let lower: Vec<char> = password.to_lowercase().chars().collect();
    if repeats(&lower) {
        return true;
    }
    if lower.len() > MAX_LENGTH {
        return false;
    }
    let plain: Vec<char> = lower.iter().map(|&c| unmask(c)).collect();
    parts(&lower) <= PARTS || parts(&plain) <= PARTS
}

/// Checks whether the text repeats a piece of at most four characters.
fn repeats(text: &[char]) -> bool {
    (1..=4).any(|period| text.iter().zip(text.iter().skip(period)).all(|(a, b)| a == b))
}

/// Returns the letter that a digit or sign stands for.
fn unmask(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Returns the smallest number of common parts that form the text. Returns more than [`PARTS`] if too many parts are
/// needed, or if the text contains anything else.
fn parts(text: &[char]) -> usize {
    let none = PARTS + 1;
    let mut best = vec![none; text.len() + 1];
    best[0] = 0;
    for start in 0..text.len() {
        let count = best[start];
        if count > PARTS {
            continue;
        }
        for length in lengths(&text[start..]) {
            let end = &mut best[start + length];
            *end = (*end).min(count + 1);
        }
    }
    best.last().copied().unwrap_or(none)
}

/// Returns the lengths of the common parts that the text starts with.
fn lengths(text: &[char]) -> Vec<usize> {
    let words = WORDS.lines().filter_map(|word| {
        let length = word.chars().count();
        (length > 0 && text.len() >= length && word.chars().eq(text[..length].iter().copied())).then_some(length)
    });
    let same = text.iter().take_while(|c| Some(*c) == text.first()).count();
    let digits = text.iter().take(4).take_while(|c| c.is_ascii_digit()).count();
    let sign = usize::from(text.len() == 1 && text.first().is_some_and(|c| !c.is_alphanumeric()));
    let runs = RUNS.iter().flat_map(|run| [run_length(text, run.chars()), run_length(text, run.chars().rev())]);
    let longest_run = runs.max().unwrap_or_default();
    words.chain(1..=digits).chain((3..=same).chain(4..=longest_run)).chain((sign == 1).then_some(1)).collect()
}

/// Returns how many leading characters of the text lie within a sequence.
fn run_length(text: &[char], run: impl Iterator<Item = char>) -> usize {
    let run: Vec<char> = run.collect();
    let from = |start: usize| run[start..].iter().zip(text).take_while(|(a, b)| a == b).count();
    (0..run.len()).map(from).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_common;

    #[test]
    fn what_is_tried_first_is_common() {
        for password in [
            "passwordpassword",
            "Password1234567",
            "P@ssw0rdP@ssw0rd",
            "123456789012345",
            "1234567890123456",
            "987654321098765",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "qwertyuiopasdfgh",
            "qwertyuiop123456",
            "1q2w3e4r5t6y7u8i9o",
            "iloveyouiloveyou",
            "administrator2026!",
            "letmeinletmeinletmein",
            "abcdefghijklmnop",
            "Welcome123456789",
            "masthead-masthead",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_somebody_thought_of_is_not() {
        for password in [
            "correct horse battery staple",
            "lanterns over the canal",
            "a long enough password",
            "editor-password-1",
            "x7Kq9vLm2TzR4wPd",
            "Schifffahrt am Kanal",
            "пароль для редакции",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}
