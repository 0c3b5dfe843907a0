//! Entity tags (RFC 9110, section 8.8.3): how each kind of response gets its tag, and how clients' tags are compared with it.

use xxhash_rust::xxh3::xxh3_128;

use super::cache::Coding;

/// Returns the entity tag of a public response: a hash of its bytes.
pub(super) fn of_bytes(body: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(body))
}

/// Returns the entity tag of a file, from a text that changes with its bytes.
pub(super) fn of_file(text: &str) -> String {
    format!("\"{text}\"")
}

/// Returns the entity tag of the same representation in another content coding.
pub(super) fn in_coding(tag: &str, coding: &str) -> Option<String> {
    Some(format!("{}-{coding}\"", tag.strip_suffix('"')?))
}

/// Returns the entity tag of a version of an editor view.
pub(super) fn of_version(version: i32) -> String {
    format!("\"v{version}\"")
}

/// Returns the version that a strong entity tag of an editor view names, in any content coding.
pub(super) fn version_of(tag: &str) -> Option<i32> {
    let text = tag.strip_prefix("\"v")?.strip_suffix('"')?;
    let number = Coding::ALL.iter().find_map(|coding| text.strip_suffix(coding.name()?)?.strip_suffix('-')).unwrap_or(text);
    number.parse::<i32>().ok().filter(|version| version.to_string() == number)
}

/// Returns whether `If-None-Match` names this tag (weak comparison, RFC 9110, section 13.1.2).
pub(super) fn matches(sent: &str, tag: &str) -> bool {
    sent.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn a_version_has_one_tag_in_each_coding() {
        for tag in ["\"v12\"", "\"v12-br\"", "\"v12-gzip\""] {
            assert_eq!(version_of(tag), Some(12), "{tag}");
        }
        for tag in ["W/\"v12\"", "v12", "\"12\"", "\"v012\"", "\"v12-\"", "\"v12-zstd\"", "\"v12br\"", "\"v+1\"", "\"v\"", "\""] {
            assert_eq!(version_of(tag), None, "{tag}");
        }
    }
}
