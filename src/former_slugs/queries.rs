//! All SQL of former slugs.

use diesel::dsl::{Eq, Filter, Select};
use diesel::prelude::*;

use crate::db::{Among, Conn, Id, Timestamp, among, straight, text_enum};
use crate::error::Result;
use crate::schema::former_slugs;

text_enum! {
    /// The kinds of subjects whose former slugs are kept.
    pub(crate) enum SlugKind {
        /// A section.
        Section = "section",
        /// A tag.
        Tag = "tag",
        /// An author.
        Author = "author",
    }
}

/// The ids of some subjects, as a part of a condition.
type Subjects =
    Select<Filter<Filter<former_slugs::table, Eq<former_slugs::kind, SlugKind>>, Among<former_slugs::slug>>, former_slugs::subject_id>;

/// The id of the subject that had a slug before.
pub(crate) fn id_of(conn: &mut Conn, kind: SlugKind, slug: &str) -> Result<Option<String>> {
    let row = former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(former_slugs::slug.eq(slug)).select(former_slugs::subject_id);
    Ok(straight!(conn, conn => row.first(conn).optional())?)
}

/// Whether a slug leads to another subject than this one, so that this one cannot take it.
pub(crate) fn is_kept_for_another<T>(conn: &mut Conn, kind: SlugKind, slug: &str, own: Id<T>) -> Result<bool> {
    Ok(id_of(conn, kind, slug)?.is_some_and(|id| id != own.to_string()))
}

/// The ids of the subjects that had one of these slugs before, as a part of a condition.
pub(crate) fn subjects(kind: SlugKind, slugs: &[String]) -> Subjects {
    former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(among(former_slugs::slug, slugs)).select(former_slugs::subject_id)
}

/// Keeps the slug that a subject had; the present one, should the subject have it again, is in use.
pub(crate) fn renamed<T>(conn: &mut Conn, kind: SlugKind, id: Id<T>, (former, present): (&str, &str), now: Timestamp) -> Result<()> {
    if former == present {
        return Ok(());
    }
    diesel::delete(former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(former_slugs::slug.eq(present))).execute(conn)?;
    keep(conn, kind, former, &id.to_string(), now)
}

/// Hands the slugs of a subject, the present and the former ones, over to the one that takes its place.
pub(crate) fn merged<T>(conn: &mut Conn, kind: SlugKind, (from, slug): (Id<T>, &str), to: Id<T>, now: Timestamp) -> Result<()> {
    diesel::update(of(kind, from)).set(former_slugs::subject_id.eq(to.to_string())).execute(conn)?;
    keep(conn, kind, slug, &to.to_string(), now)
}

/// Forgets the former slugs of a subject that is deleted.
pub(crate) fn forget<T>(conn: &mut Conn, kind: SlugKind, id: Id<T>) -> Result<()> {
    diesel::delete(of(kind, id)).execute(conn)?;
    Ok(())
}

fn of<T>(
    kind: SlugKind,
    id: Id<T>,
) -> Filter<Filter<former_slugs::table, Eq<former_slugs::kind, SlugKind>>, Eq<former_slugs::subject_id, String>> {
    former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(former_slugs::subject_id.eq(id.to_string()))
}

fn keep(conn: &mut Conn, kind: SlugKind, slug: &str, subject: &str, now: Timestamp) -> Result<()> {
    let row =
        (former_slugs::kind.eq(kind), former_slugs::slug.eq(slug), former_slugs::subject_id.eq(subject), former_slugs::created_at.eq(now));
    diesel::insert_into(former_slugs::table).values(row).execute(conn)?;
    Ok(())
}
