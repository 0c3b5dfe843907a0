//! The rights to edit, publish and sign an article, in addition to the right that an operation requires.

use super::super::content::content::ArticleId;
use super::article::{Article, Status};
use super::queries;
use crate::authors::Author;
use crate::db::{Conn, Id};
use crate::error::{Code, Error, Fault, Result};
use crate::users::{Caller, Role, UserId, Writer};

/// Checks whether an article is the caller's own: created or signed by them.
pub(crate) fn owns<R>(conn: &mut Conn, caller: &Caller<R>, id: ArticleId, created_by: Option<UserId>) -> Result<bool> {
    if created_by == Some(caller.user) {
        return Ok(true);
    }
    caller.author.map_or(Ok(false), |author| queries::is_signed_by(conn, id, author))
}

/// Returns an error if the caller may not edit the article.
pub(crate) fn require_ownership(conn: &mut Conn, caller: &Caller<Writer>, article: &Article) -> Result<()> {
    if caller.edits_all() || owns(conn, caller, article.id, article.created_by)? {
        return Ok(());
    }
    Err(Error::forbidden("You can edit only your own articles."))
}

/// Returns an error if a contributor wants to publish an article, or to change one that is published or scheduled.
pub(crate) fn refuse_contributor(caller: &Caller<Writer>, article: &Article, publish: bool) -> Result<()> {
    if caller.role == Role::Contributor && (publish || matches!(article.status, Status::Scheduled | Status::Published)) {
        return Err(Error::forbidden("Contributors can change only drafts, and cannot publish."));
    }
    Ok(())
}

/// Returns an error if a caller who is not an editor leaves their own profile out of the byline. This is allowed if an editor has
/// already removed the profile, or if the caller has none.
pub(super) fn require_own_byline(conn: &mut Conn, caller: &Caller<Writer>, before: Option<&Article>, authors: &[Id<Author>]) -> Result<()> {
    let Some(own) = caller.author.filter(|own| !caller.edits_all() && !authors.contains(own)) else { return Ok(()) };
    if let Some(article) = before
        && !queries::is_signed_by(conn, article.id, own)?
    {
        return Ok(());
    }
    let detail = "Your own profile must be among the authors; only editors can remove it.";
    Err(Error::invalid(vec![Fault::at("/authors", "own_profile_missing", detail)]))
}

/// Returns an error if the caller has no profile among the authors. Editors need none.
pub(crate) fn require_own_profile(caller: &Caller<Writer>, signed_by: &[Id<Author>]) -> Result<()> {
    if caller.edits_all() {
        return Ok(());
    }
    let detail = match caller.author {
        None => "You have no author profile. Create a profile at /api/v1/authors, and add the profile to the authors.",
        Some(own) if !signed_by.contains(&own) => {
            "Your own profile is not among the authors. Add your profile, or ask an editor to publish the article."
        }
        Some(_) => return Ok(()),
    };
    Err(Error::new(Code::NoProfile, detail))
}
