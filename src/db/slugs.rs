//! Slugs: how a title becomes part of a URL, and how a free slug is found.

use super::conn::Conn;
use super::id::Id;
use crate::error::Result;

/// The maximum length of a slug, in characters.
pub(crate) const MAX_SLUG_LENGTH: usize = 120;

/// A reference to a resource by its id or its slug.
pub(crate) enum IdOrSlug<T: 'static> {
    /// The id.
    Id(Id<T>),
    /// The slug.
    Slug(String),
}

impl<T> IdOrSlug<T> {
    /// Parses a reference in a path or a body; case is ignored.
    pub(crate) fn parse(text: &str) -> Self {
        if Id::<T>::is_shape(text)
            && let Ok(id) = text.parse()
        {
            return Self::Id(id);
        }
        Self::Slug(text.to_lowercase())
    }
}

/// Returns whether a text is a slug in its normal form; no other text in a body is a reference by slug.
pub(crate) fn is_slug(text: &str) -> bool {
    text.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Returns whether a text in a body can be a reference: an id, or a slug in its normal form.
pub(crate) fn is_id_or_slug(text: &str) -> bool {
    Id::<()>::is_shape(text) || is_slug(text)
}

/// Converts text to a slug: transliterated, in lower case, words joined by hyphens. An apostrophe inside a word does not divide it.
pub(crate) fn slugified(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric());
    let joins = |at: usize, letter: char| {
        matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '＇') && is_letter(at.checked_sub(1)) && is_letter(at.checked_add(1))
    };
    slug::slugify(letters.iter().enumerate().filter(|(at, letter)| !joins(*at, **letter)).map(|(_, letter)| *letter).collect::<String>())
}

/// Returns the slug of a title; `otherwise` if the slug would be empty.
pub(crate) fn slug_of(title: &str, otherwise: &str) -> String {
    let slug = slugified(title);
    let mut short: String = slug.chars().take(MAX_SLUG_LENGTH - 20).collect();
    if short.len() < slug.len()
        && let Some(end) = short.rfind('-').filter(|end| *end > 20)
    {
        short.truncate(end);
    }
    let short = short.trim_matches('-');
    match short {
        "" => otherwise.to_owned(),
        id if Id::<()>::is_shape(id) => format!("{otherwise}-{id}"),
        slug => slug.to_owned(),
    }
}

/// Returns the slug itself or, if it is taken, the slug with a free number, such as `-2`. This number is the lowest free one if the
/// taken numbers have no gaps.
pub(crate) fn free_slug(conn: &mut Conn, wanted: &str, mut taken: impl FnMut(&mut Conn, &str) -> Result<bool>) -> Result<String> {
    if !taken(conn, wanted)? {
        return Ok(wanted.to_owned());
    }
    // Doubling finds the end of a long run of numbered slugs in a few steps.
    let mut step = 2_u64;
    while taken(conn, &format!("{wanted}-{step}"))? {
        step *= 2;
    }
    let (mut low, mut high) = (step / 2, step);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if taken(conn, &format!("{wanted}-{middle}"))? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(format!("{wanted}-{high}"))
}

#[cfg(test)]
mod tests {
    use super::{is_slug, slug_of, slugified};

    #[test]
    fn apostrophes_inside_words_do_not_divide_them() {
        for (title, slug) in [
            ("It's", "its"),
            ("Don't stop", "dont-stop"),
            ("Apple’s new store", "apples-new-store"),
            ("L‘été d’Anna", "lete-danna"),
            ("Hawaiʼi", "hawaii"),
            ("Rock 'n' roll", "rock-n-roll"),
            ("The 'quoted' word", "the-quoted-word"),
            ("Zürich", "zurich"),
        ] {
            assert_eq!(slugified(title), slug, "{title}");
        }
        assert_eq!(slug_of("'", "article"), "article");
    }

    #[test]
    fn only_what_needs_no_change_is_a_slug() {
        for text in ["c", "c-2", "tram-line-9"] {
            assert!(is_slug(text), "{text}");
        }
        for text in ["", "C", "C++", "c--2", "-c", "c-", "zürich", "a b", "c_2"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
