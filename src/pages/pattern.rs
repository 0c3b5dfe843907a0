//! Matches paths against `ARTICLE_PATH`, to find the article that a path names.

/// The maximum length of a name in a path, in bytes.
const MAX_NAME_LENGTH: usize = 200;

/// A piece of the pattern.
enum PatternPart<'a> {
    Text(&'a str),
    /// The name of the article: its slug.
    Name,
    /// Text without a slash that does not name the article.
    Word,
    /// This many digits.
    Digits(usize),
    /// An id; `true` if it names the article, because the pattern has no slug.
    Id(bool),
}

/// The length of an id in characters.
const ID: usize = 36;

/// Returns the slug or id in a path that matches the pattern.
pub(super) fn name_in<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let pieces = pieces(pattern);
    step(&pieces, path, None)
}

fn pieces(pattern: &str) -> Vec<PatternPart<'_>> {
    // If there is a slug, it names the article, and an id beside it is ignored.
    let by_slug = pattern.contains("{slug}");
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let (text, braced) = rest.split_at(start);
        let Some(end) = braced.find('}') else { break };
        let (name, after) = braced.split_at(end + 1);
        pieces.push(PatternPart::Text(text));
        pieces.push(match name {
            "{slug}" => PatternPart::Name,
            "{id}" => PatternPart::Id(!by_slug),
            "{year}" => PatternPart::Digits(4),
            "{month}" | "{day}" => PatternPart::Digits(2),
            _ => PatternPart::Word,
        });
        rest = after;
    }
    pieces.push(PatternPart::Text(rest));
    pieces
}

fn step<'a>(pieces: &[PatternPart<'_>], rest: &'a str, name: Option<&'a str>) -> Option<&'a str> {
    let Some((piece, pieces)) = pieces.split_first() else { return if rest.is_empty() { name } else { None } };
    match piece {
        PatternPart::Text(text) => step(pieces, rest.strip_prefix(text)?, name),
        PatternPart::Digits(count) => {
            let (digits, after) = rest.split_at_checked(*count)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| step(pieces, after, name)).flatten()
        }
        PatternPart::Id(names) => {
            let (id, after) = rest.split_at_checked(ID)?;
            step(pieces, after, if *names { Some(id) } else { name })
        }
        PatternPart::Name | PatternPart::Word => {
            let end = rest.find('/').unwrap_or(rest.len());
            if end > MAX_NAME_LENGTH {
                return None;
            }
            // Try the longest match first, because a hyphen after a name is probably part of the name.
            (1..=end).rev().filter_map(|length| rest.split_at_checked(length)).find_map(|(word, after)| {
                let name = if matches!(piece, PatternPart::Name) { Some(word) } else { name };
                step(pieces, after, name)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_path_is_read_as_it_was_written() {
        let id = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42";
        for (pattern, path, name) in [
            ("/{slug}", "/tram-9", Some("tram-9")),
            ("/{slug}", "/news/tram-9", None),
            ("/{slug}", "/", None),
            ("/{section}/{slug}", "/city/tram-9", Some("tram-9")),
            ("/{year}/{month}/{day}/{slug}", "/2026/03/14/tram-9", Some("tram-9")),
            ("/{year}/{month}/{day}/{slug}", "/2026/3/14/tram-9", None),
            ("/{year}{month}-{slug}.html", "/202603-tram-9.html", Some("tram-9")),
            ("/{section}-{slug}", "/city-tram-9", Some("9")),
            ("/a/{id}", &format!("/a/{id}"), Some(id)),
            ("/{slug}-{id}", &format!("/tram-9-{id}"), Some("tram-9")),
        ] {
            assert_eq!(name_in(pattern, path), name, "{pattern} {path}");
        }
        assert_eq!(name_in("/{section}{slug}", &format!("/{}", "é".repeat(3000))), None);
    }
}
