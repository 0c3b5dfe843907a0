//! Completes the parameters of paths: each name in a path template means the same in all paths.

use serde_json::{Value, json};

use super::each_operation;

/// The names in path templates, with their descriptions.
const NAMES: [(&str, &str); 21] = [
    ("article", "The id or slug of the article."),
    ("author", "The id or slug of the author."),
    ("ban", "The id of the ban."),
    ("creative", "The id of the creative."),
    ("id", "The id of the comment."),
    ("image", "The id of the image."),
    ("invitation", "The id of the invitation."),
    ("key", "The key of the collection."),
    ("kind", "The kind of resource: `article`, `author` or `image`."),
    ("list", "The id or key of the list."),
    ("placement", "The id or key of the placement."),
    ("preview", "The id of the preview, not its token."),
    ("redirect", "The id of the redirect."),
    ("section", "The id or slug of the section."),
    ("session", "The id of the session."),
    ("subscriber", "The id of the subscriber."),
    ("suppression", "The id of the suppression."),
    ("tag", "The id or slug of the tag."),
    ("token", "The id of the API key, not its secret."),
    ("upload", "The id of the upload."),
    ("user", "The id of the user."),
];

/// Adds the parameters that handlers do not declare themselves.
pub(super) fn complete(document: &mut Value) {
    each_operation(document, |path, _, operation| {
        let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let mut added = Vec::new();
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        let declared: Vec<String> = parameters
            .iter()
            .flat_map(|all| all.iter())
            .filter(|one| one["in"] == "path")
            .filter_map(|one| one["name"].as_str().map(str::to_owned))
            .collect();
        for name in names.filter(|name| !declared.iter().any(|known| known == name)) {
            let about = NAMES.iter().find(|(known, _)| *known == name).map(|(_, about)| *about);
            added.push(json!({"name": name, "in": "path", "required": true, "description": about, "schema": {"type": "string"}}));
        }
        added.extend(parameters.map(std::mem::take).unwrap_or_default());
        if !added.is_empty() {
            operation["parameters"] = added.into();
        }
    });
}
