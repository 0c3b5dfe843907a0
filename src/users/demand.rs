//! What each operation demands of an API key: one table, by which keys are judged and which the document shows.

use super::role::Scope;

/// What an operation demands of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// This scope.
    Scope(Scope),
    /// That it is no key: a session is needed.
    Session,
    /// Nothing of its own: each operation that it carries out is judged by itself.
    Nothing,
}

impl Demand {
    /// As the document says it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Scope(scope) => scope.as_str(),
            Self::Session => "session",
            Self::Nothing => "any",
        }
    }
}

/// What an operation demands of a key, by its method and its path's template. A path that is not known here is closed to
/// keys, and a test demands that each operation with callers is known.
pub(crate) fn demand(method: &str, template: &str) -> Option<Demand> {
    let reads = method == "GET";
    let either = |read: Scope, write: Scope| Some(Demand::Scope(if reads { read } else { write }));
    let segments: Vec<&str> = template.strip_prefix("/api/v1/")?.split('/').collect();
    match segments.as_slice() {
        ["auth", "me"] if reads => Some(Demand::Scope(Scope::UsersRead)),
        ["auth" | "tokens", ..] => Some(Demand::Session),
        ["batch"] => Some(Demand::Nothing),
        ["users", ..] => either(Scope::UsersRead, Scope::UsersWrite),
        ["audit"] => Some(Demand::Scope(Scope::AuditRead)),
        ["comments", ..] | ["articles", _, "comments", ..] => either(Scope::CommentsRead, Scope::CommentsModerate),
        ["newsletter", "subscribers.csv"] => Some(Demand::Scope(Scope::NewsletterExport)),
        ["newsletter", ..] => either(Scope::NewsletterRead, Scope::NewsletterWrite),
        ["articles" | "previews", ..] => either(Scope::ContentRead, Scope::ArticlesWrite),
        // The state of an upload is for whoever goes on with it.
        ["uploads", ..] => Some(Demand::Scope(Scope::ImagesWrite)),
        ["images", ..] => either(Scope::ContentRead, Scope::ImagesWrite),
        ["authors" | "sections" | "tags" | "collections", ..] => either(Scope::ContentRead, Scope::TaxonomyWrite),
        ["site" | "redirects" | "ads" | "schemas", ..] => either(Scope::ContentRead, Scope::SiteWrite),
        _ => None,
    }
}
