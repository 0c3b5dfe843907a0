//! Which methods each path has, read from the OpenAPI document, so that 404, 405 and OPTIONS can't disagree with it.

use utoipa::openapi::Paths;
use utoipa::openapi::path::PathItem;

/// A path's segments: a fixed text, or `None` for a parameter.
type Pattern = Vec<Option<String>>;

/// The methods of every path.
pub(crate) struct Methods(Vec<(Pattern, Vec<String>, String)>);

impl Methods {
    /// Takes over the paths of a document.
    pub(crate) fn of(paths: &Paths) -> Self {
        Self(paths.paths.iter().map(|(path, item)| (pattern(path), methods(item), path.clone())).collect())
    }

    /// The methods that a path has, `HEAD` and `OPTIONS` among them, and its template; none where it is unknown.
    pub(crate) fn at(&self, path: &str) -> Option<(&[String], &str)> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &Pattern| {
            pattern.len() == segments.len()
                && pattern.iter().zip(&segments).all(|(expected, given)| expected.as_ref().map_or(!given.is_empty(), |text| text == given))
        };
        // A fixed segment goes before a parameter: `/users/invitations` is not the user `invitations`.
        let fixed = |pattern: &Pattern| pattern.iter().filter(|segment| segment.is_some()).count();
        self.0
            .iter()
            .filter(|(pattern, ..)| fits(pattern))
            .max_by_key(|(pattern, ..)| fixed(pattern))
            .map(|(_, methods, path)| (methods.as_slice(), path.as_str()))
    }
}

fn pattern(path: &str) -> Pattern {
    path.split('/').map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned())).collect()
}

fn methods(item: &PathItem) -> Vec<String> {
    let known = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
    let mut methods: Vec<String> =
        known.iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| (*method).to_owned()).collect();
    if item.get.is_some() {
        methods.push("HEAD".into());
    }
    methods.push("OPTIONS".into());
    methods
}
