//! The filters and sort fields of working copies, for editors and for preview tokens.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::content::content::ArticleKind;
use super::super::content::listing::{COMMENTS, members, shared_fields, translations_of, within};
use super::article::{Article, ListedArticle, Status};
use super::views::ArticleEditorCard;
use crate::db::{Column, Field, Key, Listing, Op, PageQuery, Predicate, SqlFragment, Timestamp, column, in_list, sql_fragment};
use crate::former_slugs::{self, SlugKind};
use crate::input::{Kind, ME, Query, Selectable};
use crate::schema::{article_authors, article_plans, article_tags, articles, authors, sections, tags};
use crate::users::UserId;

static PREVIEW_FIELDS: &[Field<articles::table, Article>] =
    shared_fields!(articles, Article, article_authors, article_tags, published_order, []);

/// The list for preview tokens: the filters of readers, on working copies.
pub(crate) static PREVIEW: Listing<articles::table, Article> = Listing {
    fields: PREVIEW_FIELDS,
    default_sort: "-published_at",
    members,
    id: column!(id articles::id),
    id_of: |row| row.id.to_string(),
};

static DESK_FIELDS: &[Field<articles::table, ListedArticle>] = shared_fields!(
    articles,
    ListedArticle,
    article_authors,
    article_tags,
    published_order,
    [
        Field {
            name: "status",
            kind: Kind::Word(Status::WORDS),
            ops: Op::CHOICE,
            column: column!(text articles::status),
            key: None,
            about: "The publication status. Without a filter by `status` or `trashed`, lists omit the trash."
        },
        Field {
            name: "trashed",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: Column {
                compare: |_, keys| match keys.first() {
                    Some(key) if key.truth() => Box::new(articles::status.eq(Status::Trashed)),
                    _ => Box::new(articles::status.ne(Status::Trashed)),
                },
                order: None
            },
            key: None,
            about: "Whether the article is in the trash."
        },
        Field {
            name: "in_review",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: Column {
                compare: |_, keys| {
                    let waiting = article_plans::table.filter(article_plans::review_at.is_not_null()).select(article_plans::article_id);
                    match keys.first() {
                        Some(key) if key.truth() => Box::new(articles::id.eq_any(waiting)),
                        _ => Box::new(articles::id.ne_all(waiting)),
                    }
                },
                order: None
            },
            key: None,
            about: "Whether the article waits for review by an editor."
        },
        Field {
            name: "scheduled_at",
            kind: Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: Column {
                compare: |op, keys| {
                    let time = keys.first().map_or(0, Key::int);
                    let planned = || article_plans::scheduled_at.assume_not_null();
                    let those = || article_plans::table.filter(article_plans::scheduled_at.is_not_null());
                    match op {
                        Op::Exists if !keys.first().is_some_and(Key::truth) => {
                            Box::new(articles::id.ne_all(those().select(article_plans::article_id)))
                        }
                        Op::Exists => Box::new(articles::id.eq_any(those().select(article_plans::article_id))),
                        Op::Lt => Box::new(articles::id.eq_any(those().filter(planned().lt(time)).select(article_plans::article_id))),
                        Op::Lte => Box::new(articles::id.eq_any(those().filter(planned().le(time)).select(article_plans::article_id))),
                        Op::Gt => Box::new(articles::id.eq_any(those().filter(planned().gt(time)).select(article_plans::article_id))),
                        Op::Gte => Box::new(articles::id.eq_any(those().filter(planned().ge(time)).select(article_plans::article_id))),
                        _ => Box::new(articles::id.eq_any(those().filter(planned().eq(time)).select(article_plans::article_id))),
                    }
                },
                order: None
            },
            key: None,
            about: "The time of the scheduled publication."
        },
        // A second entry for sorting: articles without a scheduled time come after all others.
        Field {
            name: "scheduled_at",
            kind: Kind::Time,
            ops: &[],
            column: Column {
                compare: |op, keys| {
                    let (place, time) = (place_in_plan(), keys.first().map_or(0, Key::int));
                    match op {
                        Op::Lt => Box::new(place.lt(time)),
                        Op::Lte => Box::new(place.le(time)),
                        Op::Gt => Box::new(place.gt(time)),
                        _ => Box::new(place.ge(time)),
                    }
                },
                order: Some(|descending| if descending { Box::new(place_in_plan().desc()) } else { Box::new(place_in_plan().asc()) }),
            },
            key: Some(|row: &ListedArticle| Key::Int(row.scheduled_at.map_or(UNPLANNED, Timestamp::millis))),
            about: "The time of the scheduled publication."
        },
        Field {
            name: "has_unpublished_changes",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: Column {
                compare: |_, keys| {
                    let published = || articles::published_revision.assume_not_null();
                    match keys.first() {
                        Some(key) if key.truth() => {
                            Box::new(articles::published_revision.is_not_null().and(published().ne(articles::revision)))
                        }
                        _ => Box::new(articles::published_revision.is_null().or(published().eq(articles::revision))),
                    }
                },
                order: None
            },
            key: None,
            about: "Whether the article is published and its working copy has changes that readers do not see yet."
        },
        Field {
            name: CREATED_BY,
            kind: Kind::Account,
            ops: Op::OPTIONAL_CHOICE,
            column: column!(optional id articles::created_by),
            key: None,
            about: "The account that created the article, by id; `me` is the caller's own account."
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time articles::created_at),
            key: Some(|row: &ListedArticle| Key::Int(row.created_at.millis())),
            about: "The time when the article was created."
        }
    ]
);

/// The list for editors.
pub(crate) static DESK: Listing<articles::table, ListedArticle> = Listing {
    fields: DESK_FIELDS,
    default_sort: "-updated_at",
    members: Selectable::of::<ArticleEditorCard>,
    id: column!(id articles::id),
    id_of: |row| row.id.to_string(),
};

/// The sort key of articles that are not scheduled: later than every time.
const UNPLANNED: i64 = 9_000_000_000_000_000;
const CREATED_BY: &str = "created_by";

fn place_in_plan() -> SqlFragment<BigInt> {
    let planned = "SELECT article_plans.scheduled_at FROM article_plans WHERE article_plans.article_id = articles.id";
    sql_fragment(format!("COALESCE(({planned}), {UNPLANNED})"), Vec::new())
}

/// Returns the query with `me` replaced by the caller's id.
pub(crate) fn of_caller(query: &PageQuery, caller: UserId) -> PageQuery {
    let mut query = query.clone();
    for (index, _, keys) in &mut query.filters {
        if DESK.fields.get(*index).is_some_and(|field| field.name == CREATED_BY) {
            keys.iter_mut().filter(|key| key.text() == ME).for_each(|key| *key = Key::Text(caller.to_string()));
        }
    }
    query
}

/// Checks whether a query filters by a field that only working copies have, and therefore requests working copies.
pub(crate) fn asks_for_the_desk(query: &Query) -> bool {
    let shared = |name: &str| PREVIEW.fields.iter().any(|field| field.name == name);
    let own: Vec<&str> = DESK.fields.iter().map(|field| field.name).filter(|name| !shared(name)).collect();
    query.filters_by(&own)
}

/// The condition for callers who may not see all working copies: that they created or signed the article.
pub(crate) fn own(user: UserId, author: Option<crate::db::Id<crate::authors::Author>>) -> Predicate<articles::table> {
    let made = articles::created_by.is_not_null().and(articles::created_by.assume_not_null().eq(user));
    match author {
        Some(author) => {
            let signed = article_authors::table.filter(article_authors::author_id.eq(author)).select(article_authors::article_id);
            Box::new(made.or(articles::id.eq_any(signed)))
        }
        None => Box::new(made),
    }
}
