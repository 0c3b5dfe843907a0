//! The filters and sort fields of lists of published articles.

use diesel::prelude::*;

use super::super::content::content::ArticleKind;
use super::super::content::listing::{COMMENTS, members, shared_fields, translations_of, within};
use super::publication::Publication;
use super::trending::Window;
use crate::db::{Column, Field, Key, Listing, Op, PageQuery, column, in_list};
use crate::error::Fault;
use crate::former_slugs::{self, SlugKind};
use crate::input::{Kind, Query};
use crate::schema::{authors, publication_authors, publication_tags, publications, sections, tags};

/// The sort field that orders by the number of views.
const TRENDING: &str = "trending";

static PUBLIC_FIELDS: &[Field<publications::table, Publication>] = shared_fields!(
    publications,
    Publication,
    publication_authors,
    publication_tags,
    published_at,
    [Field {
        name: TRENDING,
        kind: Kind::Int,
        ops: &[],
        // Rankings change all the time and have their own query for pages.
        column: Column { compare: |_, _| Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")), order: None },
        key: Some(|_| Key::Int(0)),
        about: "The number of views."
    }]
);

/// The list for readers.
pub(crate) static PUBLIC: Listing<publications::table, Publication> = Listing {
    fields: PUBLIC_FIELDS,
    default_sort: "-published_at",
    members,
    id: column!(id publications::id),
    id_of: |row| row.id.to_string(),
};

/// Checks whether a list is sorted by the number of comments, so that each comment can change it.
pub(crate) fn is_by_comments(query: &PageQuery) -> bool {
    query.sort.iter().any(|(index, _)| PUBLIC.fields.get(*index).is_some_and(|field| field.name == COMMENTS))
}

/// Returns the window of a query that is sorted by views. `asked` is the requested window, which is an error for all other queries.
pub(crate) fn ranking(query: &mut Query, list: &PageQuery, asked: Option<&str>) -> Option<Window> {
    let trending = |(index, _): &(usize, bool)| PUBLIC.fields.get(*index).is_some_and(|field| field.name == TRENDING);
    if !list.sort.iter().any(trending) {
        if asked.is_some() {
            query.fault(Fault::parameter("window", "unknown_parameter", "The parameter is allowed only with sort=trending."));
        }
        return None;
    }
    if !matches!(list.sort.as_slice(), [(_, false)]) {
        query.fault(Fault::parameter("sort", "invalid_value", "trending cannot be combined with other sort fields or with a leading -."));
    }
    Some(asked.and_then(Window::parse).unwrap_or(Window::Day))
}
