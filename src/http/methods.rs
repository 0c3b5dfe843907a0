//! Which methods each path has, read from the OpenAPI document, so that 404, 405 and OPTIONS can't disagree with it.

use serde_json::Value;

/// A path's segments: a fixed text, or `None` for a parameter.
type Pattern = Vec<Option<String>>;

/// The methods of every path.
pub(crate) struct Methods(Vec<(Pattern, Vec<String>, String)>);

impl Methods {
    /// Reads the paths of a document.
    pub(crate) fn of(document: &Value) -> Self {
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        Self(paths.map(|(path, item)| (pattern(path), methods(item), path.clone())).collect())
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

fn methods(item: &Value) -> Vec<String> {
    let known = ["get", "post", "put", "patch", "delete"];
    let mut methods: Vec<String> = known.iter().filter(|method| item.get(**method).is_some()).map(|method| method.to_uppercase()).collect();
    if item.get("get").is_some() {
        methods.push("HEAD".into());
    }
    methods.push("OPTIONS".into());
    methods
}
