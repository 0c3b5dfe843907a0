//! Limits the size of problem documents, whatever was sent.

use serde_json::{Map, Value};

/// The maximum number of reported validation errors of a request; `more` tells that there are others.
pub(crate) const MAX_FAULTS: usize = 50;
/// The maximum length of a reported pointer or name, in bytes.
pub(crate) const MAX_POINTER: usize = 256;
/// The maximum length of a detail that quotes sent text, in bytes.
pub(super) const MAX_DETAIL: usize = 1000;
/// The maximum length of the reported request path, in bytes.
const MAX_INSTANCE: usize = 1000;
/// The maximum size of a problem document, in bytes.
const MAX_DOCUMENT: usize = 64 * 1024;
/// The length to which texts are cut if a document would be too large otherwise, in bytes.
const MAX_QUOTED: usize = 300;

/// Returns at most the first `max` bytes of a text, without cutting a character.
pub(crate) fn beginning(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}

/// Cuts a text to about `max` bytes; "…" marks the cut.
pub(super) fn cut(text: String, max: usize) -> String {
    if text.len() <= max { text } else { format!("{}…", beginning(&text, max)) }
}

/// Cuts the reported path of a request, without cutting an escaped byte.
pub(super) fn instance(path: &str) -> &str {
    if path.len() <= MAX_INSTANCE {
        return path;
    }
    let cut = beginning(path, MAX_INSTANCE);
    let broken = cut.len().saturating_sub(2);
    cut.get(broken..).and_then(|end| end.find('%')).map_or(cut, |at| cut.get(..broken + at).unwrap_or(cut))
}

/// Serializes a document. If it is too large, lists of validation errors and long texts are cut first, other members last.
pub(super) fn serialize_bounded(mut document: Value) -> Vec<u8> {
    let steps: [fn(&mut Value); 4] = [|it| keep_faults(it, 10), |it| keep_faults(it, 2), cut_texts, |it| keep_faults(it, 1)];
    for step in steps {
        let bytes = bytes(&document);
        if bytes.len() <= MAX_DOCUMENT {
            return bytes;
        }
        step(&mut document);
    }
    loop {
        let bytes = bytes(&document);
        if bytes.len() <= MAX_DOCUMENT || !halve(&mut document) {
            return bytes;
        }
    }
}

fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

/// Cuts every list of validation errors, also those in embedded responses.
fn keep_faults(value: &mut Value, most: usize) {
    match value {
        Value::Object(members) => {
            let all = members.get_mut("errors").and_then(Value::as_array_mut);
            if let Some(faults) = all.filter(|faults| faults.len() > most) {
                faults.truncate(most);
                members.insert("more".into(), true.into());
            }
            members.values_mut().for_each(|inner| keep_faults(inner, most));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| keep_faults(item, most)),
        _ => {}
    }
}

fn cut_texts(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(cut_texts),
        Value::Array(items) => items.iter_mut().for_each(cut_texts),
        Value::String(text) if text.len() > MAX_QUOTED => *text = cut(std::mem::take(text), MAX_QUOTED),
        _ => {}
    }
}

/// Keeps the first half of every list of the document, or else drops the largest member; returns whether that was possible.
fn halve(document: &mut Value) -> bool {
    let Some(members) = document.as_object_mut() else { return false };
    let mut found = false;
    for list in members.values_mut().filter_map(Value::as_array_mut).filter(|list| list.len() > 1) {
        list.truncate(list.len() / 2);
        found = true;
    }
    found |= found || drop_largest(members);
    members.insert("more".into(), true.into());
    found
}

/// Drops the largest member of the document if it is larger than [`MAX_QUOTED`].
fn drop_largest(members: &mut Map<String, Value>) -> bool {
    let largest = members.iter().map(|(name, value)| (value.to_string().len(), name.clone())).max();
    largest.filter(|(size, _)| *size > MAX_QUOTED).is_some_and(|(_, name)| members.shift_remove(&name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_within_its_bound_whatever_is_in_it() {
        let fault = json!({"pointer": "/a", "code": "b", "detail": "\u{1}".repeat(1000)});
        let faults = vec![fault; 50];
        let nested = json!({"status": 422, "body": {"errors": faults}});
        for document in [
            json!({"code": "validation_failed", "detail": "x", "errors": faults}),
            json!({"code": "batch_failed", "detail": "x", "results": vec![nested; 100]}),
            json!({"code": "stale_version", "detail": "x", "conflicts": [{"yours": {"z".repeat(100_000): [1, 2]}}]}),
            json!({"code": "in_use", "detail": "x", "usages": "y".repeat(1_000_000)}),
        ] {
            let code = document["code"].clone();
            let written: Value = serde_json::from_slice(&serialize_bounded(document)).unwrap();
            assert!(written.to_string().len() <= MAX_DOCUMENT, "{code}");
            assert_eq!(written["code"], code);
        }
    }

    #[test]
    fn no_escaped_byte_of_a_path_is_cut() {
        let path = |before: usize| format!("/{}%C3%BC{}", "a".repeat(before), "b".repeat(20));
        for before in 980..1000 {
            let told = instance(&path(before)).to_owned();
            assert!(told.len() <= MAX_INSTANCE && !told.ends_with('%') && !told.ends_with("%C") && !told.ends_with("%B"), "{told}");
        }
    }
}
