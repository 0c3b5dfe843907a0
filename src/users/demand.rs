//! The requirement of each operation on API keys: a scope, a session, or none. One table both checks the keys and fills the OpenAPI
//! document.

use super::role::Scope;

/// The requirement of an operation on API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The key must have this scope.
    Scope(Scope),
    /// API keys are refused; a session is required.
    Session,
    /// No scope is required: each operation that a batch carries out is checked by itself.
    Nothing,
}

impl Demand {
    /// Returns the value for the OpenAPI document.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Scope(scope) => scope.as_str(),
            Self::Session => "session",
            Self::Nothing => "any",
        }
    }
}

/// Returns the requirement of an operation on API keys, by its method and path template. Unknown paths refuse keys; a test checks
/// that every operation that needs a caller is known here.
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
        // Reading an upload's state needs the write scope, because only clients that resume the upload read it.
        ["uploads", ..] => Some(Demand::Scope(Scope::ImagesWrite)),
        ["images", ..] => either(Scope::ContentRead, Scope::ImagesWrite),
        ["authors" | "sections" | "tags" | "collections", ..] => either(Scope::ContentRead, Scope::TaxonomyWrite),
        ["site" | "redirects" | "ads" | "schemas", ..] => either(Scope::ContentRead, Scope::SiteWrite),
        _ => None,
    }
}
