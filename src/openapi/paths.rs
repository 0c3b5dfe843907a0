//! Completes the parameters of paths: each name in a path template means the same in all paths.

use serde_json::Value;

use super::each_operation;

/// The names in path templates, with their descriptions.
const NAMES: [(&str, &str); 23] = [
    ("article", "The id or slug of the article."),
    ("author", "The id or slug of the author."),
    ("ban", "The id of the ban."),
    ("comment", "The id of a comment of the article."),
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
    ("sitemap", "The name of the sitemap, from the index."),
    ("subscriber", "The id of the subscriber."),
    ("suppression", "The id of the suppression."),
    ("tag", "The id or slug of the tag."),
    ("token", "The id of the API key, not its secret."),
    ("upload", "The id of the upload."),
    ("user", "The id of the user."),
];

/// Describes the parameters that handlers do not describe themselves, and lists the parameters of the path first.
pub(super) fn complete(document: &mut Value) {
    each_operation(document, |path, _, operation| {
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        let place = |name: &str| path.find(&format!("{{{name}}}"));
        parameters.sort_by_key(|parameter| parameter["name"].as_str().and_then(place).unwrap_or(usize::MAX));
        for parameter in parameters.iter_mut().filter(|parameter| parameter["in"] == "path" && parameter["description"].is_null()) {
            let about = NAMES.iter().find(|(name, _)| parameter["name"] == *name);
            parameter["description"] = about.map(|(_, about)| *about).into();
        }
    });
}
