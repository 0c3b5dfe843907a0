//! SQL queries for previews.

use diesel::prelude::*;

use super::preview::{LISTING, Maker, Preview, PreviewId};
use crate::articles::content::content::ArticleId;
use crate::authors::Author;
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, Timestamp, keyset};
use crate::error::Result;
use crate::schema::{authors, previews, users};
use crate::users::{Role, UserId};

/// A query for the previews of an article or, without one, of the site.
type Own<'a> = previews::BoxedQuery<'a, Backend>;

fn of<'a>(article: Option<ArticleId>) -> Own<'a> {
    match article {
        Some(article) => previews::table
            .filter(previews::article_id.is_not_null())
            .filter(previews::article_id.assume_not_null().eq(article))
            .into_boxed(),
        None => previews::table.filter(previews::article_id.is_null()).into_boxed(),
    }
}

/// Returns a page of the previews that have not expired, of an article or of the site.
pub(super) fn page(conn: &mut Conn, query: &PageQuery, article: Option<ArticleId>, now: Timestamp) -> Result<PageOf<Preview>> {
    let living = || of(article).filter(previews::expires_at.gt(now));
    Ok(keyset!(conn, LISTING, query, living().select(Preview::as_select()), living()))
}

/// Returns the number of previews that have not expired, of an article or of the site.
pub(super) fn count(conn: &mut Conn, article: Option<ArticleId>, now: Timestamp) -> Result<i64> {
    Ok(of(article).filter(previews::expires_at.gt(now)).count().get_result(conn)?)
}

/// Returns a preview that has not expired, of an article or of the site.
pub(super) fn look_up(conn: &mut Conn, article: Option<ArticleId>, id: &str, now: Timestamp) -> Result<Option<Preview>> {
    let Ok(id) = id.parse::<PreviewId>() else { return Ok(None) };
    let own = of(article).filter(previews::id.eq(id)).filter(previews::expires_at.gt(now));
    Ok(own.select(Preview::as_select()).first(conn).optional()?)
}

/// Returns the preview with the hash of a token, and the creator of the preview, if the preview has not expired.
pub(super) fn find_by_hash(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<(Preview, Maker)>> {
    let found = previews::table
        .inner_join(users::table.on(users::id.eq(previews::created_by)))
        .left_join(authors::table.on(authors::user_id.eq(users::id.nullable())))
        .filter(previews::hash.eq(hash))
        .filter(previews::expires_at.gt(now))
        .select((Preview::as_select(), users::id, users::role, users::suspended, authors::id.nullable()))
        .first::<(Preview, UserId, Role, bool, Option<Id<Author>>)>(conn)
        .optional()?;
    Ok(found.map(|(preview, user, role, suspended, author)| (preview, Maker { user, role, suspended, author })))
}

/// Stores a new preview.
pub(super) fn insert(conn: &mut Conn, preview: &Preview) -> Result<()> {
    diesel::insert_into(previews::table).values(preview).execute(conn)?;
    Ok(())
}

/// Deletes a preview.
pub(super) fn delete(conn: &mut Conn, id: PreviewId) -> Result<()> {
    diesel::delete(previews::table.filter(previews::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes expired previews.
pub(crate) fn forget_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(previews::table.filter(previews::expires_at.le(now))).execute(conn)?;
    Ok(())
}
