//! HTTP handlers for revisions.

use actix_web::{HttpResponse, get, post, web};

use super::difference::RevisionDiff;
use super::operations;
use super::restoring::{self, RestoredArticle, Restoring};
use super::revision::{LISTING, RevisionCard, RevisionView};
use crate::db::Key;
use crate::error::{Fault, Result};
use crate::http::{Mount, NoteParameter, Page, Request, editor, editor_page, listing_parameters, private};
use crate::input::{Kind, Query};
use crate::users::{Caller, Writer};

listing_parameters!(RevisionList, LISTING);

/// Mounts the operations.
pub(in crate::articles) fn routes(mount: &mut impl Mount) {
    mount.service(list_revisions).service(read_revision).service(diff_revision).service(restore_revision);
}

/// Parses the note of a save.
pub(in crate::articles) fn note_of(query: &mut Query) -> Option<String> {
    let note = query.key("note", Kind::Text)?.text();
    if note.trim_matches([' ', '\u{a0}']).is_empty() {
        query.fault(Fault::parameter("note", "empty", "The note must not be blank; omit the parameter if there is no note."));
        return None;
    }
    Some(note)
}

/// List an article's revisions
///
/// Returns all revisions without their content, newest first. Allowed for users who can edit the article.
#[utoipa::path(
    tag = "Articles",
    params(RevisionList, Caller<Writer>),
    responses((status = 200, body = Page<RevisionCard>, description = "A page of revisions.")),
)]
#[get("/articles/{article}/revisions")]
async fn list_revisions(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, &format!("revisions of {}", *name));
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &caller, &name, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Read a revision
///
/// Returns the saved content with the members of the editor view: `content` can be sent with `PUT`. References to resources that have
/// since been deleted are listed in `missing`.
#[utoipa::path(
    tag = "Articles",
    params(("number" = i32, Path, description = "The number of the revision.", minimum = 1), Caller<Writer>),
    responses((status = 200, body = RevisionView, description = "The revision.")),
)]
#[get("/articles/{article}/revisions/{number}")]
async fn read_revision(request: Request, caller: Caller<Writer>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &caller, &path.0, &path.1)).await?;
    private(200, &view)
}

/// Compare two revisions
///
/// Returns the differences by member; for the text, word by word and as a unified diff. Very different texts are compared roughly.
/// Texts that differ in more than 20,000 places are compared in larger pieces, as `granularity` says.
#[utoipa::path(
    tag = "Articles",
    params(
        ("number" = i32, Path, description = "The number of the revision.", minimum = 1),
        (
            "against" = Option<i32>,
            Query,
            description = "The number of the revision to compare with; by default, the previous revision.",
            minimum = 1,
        ),
        Caller<Writer>,
    ),
    responses((status = 200, body = RevisionDiff, description = "The differences.")),
)]
#[get("/articles/{article}/revisions/{number}/diff")]
async fn diff_revision(request: Request, caller: Caller<Writer>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let mut query = request.query();
    let against = query.key("against", Kind::Int).as_ref().map(Key::int);
    query.finish()?;
    // A number out of range becomes 0, which no revision has.
    let against = against.map(|number| i32::try_from(number).unwrap_or_default());
    let pair = request.read(move |app, conn| operations::pair(app, conn, &caller, &path.0, &path.1, against)).await?;
    private(200, &request.compute(move |_| pair.difference()).await?)
}

/// Restore a revision
///
/// Saves the content as a new revision; no revision is deleted, and readers see the change when it is published. `missing` lists
/// the content that can no longer be restored: deleted authors, sections, tags and images are omitted, and a slug or language that
/// another article has taken keeps its current value. If the working copy already has this content, nothing is saved.
#[utoipa::path(
    tag = "Articles",
    params(
        ("number" = i32, Path, description = "The number of the revision.", minimum = 1),
        NoteParameter,
        (
            "If-Match" = Option<String>,
            Header,
            description = "The `ETag` of the version to change; if there is a newer version, the response is `412`.",
        ),
        Caller<Writer>,
    ),
    responses(
        (status = 200, body = RestoredArticle, description = "The article with the restored content."),
        (status = 412, description = "There is a newer version than the one in `If-Match`."),
        (status = 428, description = "This server requires `If-Match` for this request."),
    ),
)]
#[post("/articles/{article}/revisions/{number}/restore")]
async fn restore_revision(request: Request, caller: Caller<Writer>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let mut query = request.query();
    let note = note_of(&mut query);
    query.finish()?;
    let condition = request.precondition();
    let (name, number) = path.into_inner();
    let (reader, place) = (caller.clone(), (name.clone(), number.clone()));
    // The text is rendered before the transaction, so that other writes need not wait. The operation reports any errors.
    if let Ok(text) = request.read(move |_, conn| restoring::text(conn, &reader, &place.0, &place.1)).await {
        request.compute(move |app| app.renderings.body(&text).is_ok()).await?;
    }
    let restored = request.write(move |app, conn| {
        let what = Restoring { name: &name, number: &number, condition: &condition, note: note.as_deref() };
        restoring::restore(app, conn, &caller, &what)
    });
    let restored = restored.await?;
    editor(&restored, restored.article.desk.version)
}
