//! SQL queries for former slugs.

use diesel::dsl::{Eq, Filter, Select};
use diesel::prelude::*;

use crate::db::{Conn, Id, InList, Timestamp, in_list, on_engine, text_enum};
use crate::error::Result;
use crate::schema::former_slugs;

text_enum! {
    /// The kinds of resources whose former slugs are kept.
    pub(crate) enum SlugKind {
        /// A section.
        Section = "section",
        /// A tag.
        Tag = "tag",
        /// An author.
        Author = "author",
    }
}

/// The ids of resources, as part of a condition.
type Subjects =
    Select<Filter<Filter<former_slugs::table, Eq<former_slugs::kind, SlugKind>>, InList<former_slugs::slug>>, former_slugs::subject_id>;

/// Returns the id of the resource that had a slug before.
pub(crate) fn id_of(conn: &mut Conn, kind: SlugKind, slug: &str) -> Result<Option<String>> {
    let row = former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(former_slugs::slug.eq(slug)).select(former_slugs::subject_id);
    Ok(on_engine!(conn, conn => row.first(conn).optional())?)
}

/// Checks whether a slug leads to another resource, so that this one cannot take it.
pub(crate) fn is_kept_for_another<T>(conn: &mut Conn, kind: SlugKind, slug: &str, own: Id<T>) -> Result<bool> {
    Ok(id_of(conn, kind, slug)?.is_some_and(|id| id != own.to_string()))
}

/// Returns the ids of the resources that had one of these slugs before, as part of a condition.
pub(crate) fn subjects(kind: SlugKind, slugs: &[String]) -> Subjects {
    former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(in_list(former_slugs::slug, slugs)).select(former_slugs::subject_id)
}

/// Stores the former slug of a resource, and deletes its new slug if that was stored as a former one.
pub(crate) fn renamed<T>(conn: &mut Conn, kind: SlugKind, id: Id<T>, former: &str, present: &str, now: Timestamp) -> Result<()> {
    if former == present {
        return Ok(());
    }
    diesel::delete(former_slugs::table.filter(former_slugs::kind.eq(kind)).filter(former_slugs::slug.eq(present))).execute(conn)?;
    keep(conn, kind, former, &id.to_string(), now)
}

/// Moves the current and the former slugs of a resource to the resource that replaces it.
pub(crate) fn merged<T>(conn: &mut Conn, kind: SlugKind, from: Id<T>, slug: &str, to: Id<T>, now: Timestamp) -> Result<()> {
    diesel::update(of(kind, from)).set(former_slugs::subject_id.eq(to.to_string())).execute(conn)?;
    keep(conn, kind, slug, &to.to_string(), now)
}

/// Deletes the former slugs of a deleted resource.
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
