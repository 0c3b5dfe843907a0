//! What lists of articles can be asked, of either copy.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::article::{Article, ArticleKind, Status};
use super::publication::Publication;
use super::summary::Summary;
use super::trending::Window;
use crate::db::{Column, Field, Key, Listing, Op, PageQuery, Phrase, Predicate, Timestamp, among, column, phrase};
use crate::error::Fault;
use crate::former_slugs::{self, SlugKind};
use crate::input::{Kind, ME, Query};
use crate::schema::{
    article_authors, article_plans, article_tags, articles, authors, publication_authors, publication_tags, publications, sections, tags,
};
use crate::users::UserId;

/// The members of an article that lists have.
macro_rules! members {
    ($($more:literal),*) => {
        &["id", "kind", "slug", "url", "title", "dek", "excerpt", "locale", "translations", "hero_image", "authors", "section", "tags", "featured",
          "word_count", "reading_minutes", "published_at", "updated_at", "corrections", "comments", "share", "seo", "custom", $($more),*]
    };
}

/// The fields that both copies have, over one of the two tables.
macro_rules! shared_fields {
    ($table:ident, $row:ty, $authors:ident, $tags:ident, $published_at:ident, [$($more:expr),*]) => { &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id $table::id), key: None, about: "The id." },
        Field { name: "slug", kind: Kind::Reference, ops: Op::CHOICE, column: column!(text $table::slug), key: None, about: "The slug." },
        Field { name: "kind", kind: Kind::Word(ArticleKind::WORDS), ops: Op::CHOICE, column: column!(text $table::kind), key: None, about: "Article or page. Lists have articles alone where this is not asked." },
        Field { name: "title", kind: Kind::Folded, ops: Op::TEXT, column: column!(text $table::title_key), key: Some(|row: &$row| Key::Text(row.title_key.clone())), about: "The headline, without regard to case and accents." },
        Field { name: "section", kind: Kind::Reference, ops: Op::TREE, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = || former_slugs::subjects(SlugKind::Section, &names());
            let named = || sections::table.filter(among(sections::id, &names()).or(among(sections::slug, &names())).or(sections::id.eq_any(former()))).select(sections::id.nullable());
            match op {
                // One section is entered by an index that has its articles in order.
                Op::Eq => Box::new($table::section_id.is_not_null().and($table::section_id.eq(named().select(sections::id).single_value()).assume_not_null())),
                Op::Under => within(concat!(stringify!($table), ".section_id"), keys),
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::section_id.is_not_null()),
                Op::Exists => Box::new($table::section_id.is_null()),
                Op::Ne | Op::Nin => Box::new($table::section_id.is_null().or($table::section_id.assume_not_null().ne_all(named().select(sections::id)))),
                _ => Box::new($table::section_id.is_not_null().and($table::section_id.assume_not_null().eq_any(named().select(sections::id)))),
            }
        }, order: None }, key: None, about: "The section, by id or slug, also a former one; `under` asks for those below it, too." },
        Field { name: "tag", kind: Kind::Reference, ops: Op::SET, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = former_slugs::subjects(SlugKind::Tag, &names());
            let named = tags::table.filter(among(tags::id, &names()).or(among(tags::slug, &names())).or(tags::id.eq_any(former))).select(tags::id);
            let every = || $tags::table.select($tags::article_id);
            match op {
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::id.eq_any(every())),
                Op::Exists => Box::new($table::id.ne_all(every())),
                Op::Ne | Op::Nin => Box::new($table::id.ne_all($tags::table.filter($tags::tag_id.eq_any(named)).select($tags::article_id))),
                _ => Box::new($table::id.eq_any($tags::table.filter($tags::tag_id.eq_any(named)).select($tags::article_id))),
            }
        }, order: None }, key: None, about: "A tag, by id or slug, also a former one; `ne` and `nin` ask for articles without it." },
        Field { name: "author", kind: Kind::Reference, ops: Op::SET, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = former_slugs::subjects(SlugKind::Author, &names());
            let named = authors::table.filter(among(authors::id, &names()).or(among(authors::slug, &names())).or(authors::id.eq_any(former))).select(authors::id);
            let every = || $authors::table.select($authors::article_id);
            match op {
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::id.eq_any(every())),
                Op::Exists => Box::new($table::id.ne_all(every())),
                Op::Ne | Op::Nin => Box::new($table::id.ne_all($authors::table.filter($authors::author_id.eq_any(named)).select($authors::article_id))),
                _ => Box::new($table::id.eq_any($authors::table.filter($authors::author_id.eq_any(named)).select($authors::article_id))),
            }
        }, order: None }, key: None, about: "An author, by id or slug, also a former one; `ne` and `nin` ask for articles by others." },
        Field { name: "locale", kind: Kind::Text, ops: Op::CHOICE, column: column!(text $table::locale), key: None, about: "The language." },
        Field { name: "featured", kind: Kind::Truth, ops: Op::TRUTH, column: column!(truth $table::featured), key: None, about: "Whether front ends should make much of it." },
        Field { name: "published_at", kind: Kind::Time, ops: Op::ORDER, column: column!(time $table::$published_at), key: Some(|row: &$row| Key::Int(row.$published_at.millis())), about: "When it was first published." },
        Field { name: "updated_at", kind: Kind::Time, ops: Op::ORDER, column: column!(time $table::updated_at), key: Some(|row: &$row| Key::Int(row.updated_at.millis())), about: "When it last changed." },
        Field { name: "hero_image", kind: Kind::Id, ops: Op::OPTIONAL_CHOICE, column: column!(optional id $table::hero_image_id), key: None, about: "The image above the text." },
        Field { name: "translation_of", kind: Kind::Reference, ops: Op::TRUTH, column: Column {
            compare: |_, keys| translations_of(stringify!($table), keys),
            order: None,
        }, key: None, about: "Another article, by id or slug, that this is a translation of, or that is a translation of this." },
        Field { name: COMMENTS, kind: Kind::Int, ops: &[], column: column!(int $table::comment_count), key: Some(|row: &$row| Key::Int(row.comment_count.into())), about: "How many comments it has." },
        $($more),*
    ] };
}

/// The condition that a section is this one or lies below it.
fn within<T: 'static>(column: &str, keys: &[Key]) -> Predicate<T> {
    let sql = format!(
        "{column} IN (WITH RECURSIVE below (id) AS (
            SELECT sections.id FROM sections WHERE sections.id = ? OR sections.slug = ? OR sections.id IN
                (SELECT former_slugs.subject_id FROM former_slugs WHERE former_slugs.kind = 'section' AND former_slugs.slug = ?)
            UNION SELECT sections.id FROM sections JOIN below ON sections.parent_id = below.id
        ) SELECT below.id FROM below)"
    );
    Box::new(phrase::<Bool>(sql, keys.iter().cycle().take(3).cloned().collect()))
}

/// The condition that a row is another article of the translations that an article of the same table belongs to.
fn translations_of<T: 'static>(table: &str, keys: &[Key]) -> Predicate<T> {
    let sql = format!(
        "({table}.translation_group IN (SELECT other.translation_group FROM {table} AS other WHERE other.id = ? OR other.slug = ?)
        AND {table}.id NOT IN (SELECT other.id FROM {table} AS other WHERE other.id = ? OR other.slug = ?))"
    );
    Box::new(phrase::<Bool>(sql, keys.iter().cycle().take(4).cloned().collect()))
}

/// The cache tag of lists that the number of an article's comments can change, whether the article is in them or not.
pub(crate) const COUNTS_TAG: &str = "comment-counts";

/// The order by comments.
const COMMENTS: &str = "comments";

/// The order by views.
const TRENDING: &str = "trending";

/// What readers can ask.
pub(super) static PUBLIC: Listing<publications::table, Publication> = Listing {
    fields: shared_fields!(
        publications,
        Publication,
        publication_authors,
        publication_tags,
        published_at,
        [Field {
            name: TRENDING,
            kind: Kind::Int,
            ops: &[],
            // It moves, so that it has pages of its own.
            column: Column { compare: |_, _| Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")), order: None },
            key: Some(|_| Key::Int(0)),
            about: "How often it was viewed."
        }]
    ),
    default_sort: "-published_at",
    includes: &["body"],
    members: members!("body"),
    id: column!(id publications::id),
    id_of: |row| row.id.to_string(),
};

/// What holders of a preview's token can ask: what readers can, of working copies.
pub(super) static PREVIEW: Listing<articles::table, Article> = Listing {
    fields: shared_fields!(articles, Article, article_authors, article_tags, published_order, []),
    default_sort: "-published_at",
    includes: &["body"],
    members: members!("body"),
    id: column!(id articles::id),
    id_of: |row| row.id.to_string(),
};

/// What the desk can ask, of working copies.
pub(super) static DESK: Listing<articles::table, Summary> = Listing {
    fields: shared_fields!(
        articles,
        Summary,
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
                about: "Where it stands; the trash is left out where neither this nor `trashed` is asked."
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
                about: "Whether it is in the trash."
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
                about: "Whether it has been submitted and waits for an editor."
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
                about: "When it is planned to be published."
            },
            // Sorting has an entry of its own: what is not planned has no time, but a place after all that is.
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
                key: Some(|row: &Summary| Key::Int(row.scheduled_at.map_or(UNPLANNED, Timestamp::millis))),
                about: "When it is planned to be published."
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
                about: "Whether it is published, and has been changed since."
            },
            Field {
                name: CREATED_BY,
                kind: Kind::Account,
                ops: Op::OPTIONAL_CHOICE,
                column: column!(optional id articles::created_by),
                key: None,
                about: "The account that made it; `me` is the caller's own."
            },
            Field {
                name: "created_at",
                kind: Kind::Time,
                ops: Op::ORDER,
                column: column!(time articles::created_at),
                key: Some(|row: &Summary| Key::Int(row.created_at.millis())),
                about: "When it was made."
            }
        ]
    ),
    default_sort: "-updated_at",
    includes: &[],
    members: members!(
        "status",
        "version",
        "revision",
        "has_unpublished_changes",
        "translation_of",
        "comments_open",
        "created_by",
        "created_at",
        "scheduled_at",
        "until",
        "schedule",
        "review",
        "returned",
        "failed_publication"
    ),
    id: column!(id articles::id),
    id_of: |row| row.id.to_string(),
};

/// The place in the order of plans of what is not planned: after all that is.
const UNPLANNED: i64 = 9_000_000_000_000_000;
const CREATED_BY: &str = "created_by";

fn place_in_plan() -> Phrase<BigInt> {
    let planned = "SELECT article_plans.scheduled_at FROM article_plans WHERE article_plans.article_id = articles.id";
    phrase(format!("COALESCE(({planned}), {UNPLANNED})"), Vec::new())
}

/// The same query with the caller in the place of `me`.
pub(super) fn of_caller(query: &PageQuery, caller: UserId) -> PageQuery {
    let mut query = query.clone();
    for (index, _, keys) in &mut query.filters {
        if DESK.fields.get(*index).is_some_and(|field| field.name == CREATED_BY) {
            keys.iter_mut().filter(|key| key.text() == ME).for_each(|key| *key = Key::Text(caller.to_string()));
        }
    }
    query
}

/// Whether a list of what is published is sorted by comments, so that each comment can change it.
pub(super) fn is_by_comments(query: &PageQuery) -> bool {
    query.sort.iter().any(|(index, _)| PUBLIC.fields.get(*index).is_some_and(|field| field.name == COMMENTS))
}

/// Whether a query asks for a field, so that its default does not apply.
pub(super) fn asks<T, R>(listing: &Listing<T, R>, query: &PageQuery, name: &str) -> bool {
    query.filters.iter().any(|(index, ..)| listing.fields.get(*index).is_some_and(|field| field.name == name))
}

/// Whether a query filters by what only working copies have, and so asks for them.
pub(super) fn asks_for_the_desk(query: &Query) -> bool {
    let public = |name: &str| PUBLIC.fields.iter().any(|field| field.name == name);
    let own: Vec<&str> = DESK.fields.iter().map(|field| field.name).filter(|name| !public(name)).collect();
    query.filters_by(&own)
}

/// The window of a query that is sorted by views, `asked` where it names one; every other query may not name one.
pub(super) fn ranking(query: &mut Query, list: &PageQuery, asked: Option<&str>) -> Option<Window> {
    let trending = |(index, _): &(usize, bool)| PUBLIC.fields.get(*index).is_some_and(|field| field.name == TRENDING);
    if !list.sort.iter().any(trending) {
        if asked.is_some() {
            query.fault(Fault::parameter("window", "unknown_parameter", "Only sort=trending looks back a window."));
        }
        return None;
    }
    if !matches!(list.sort.as_slice(), [(_, false)]) {
        query.fault(Fault::parameter("sort", "invalid_value", "trending stands alone, and has the most viewed first."));
    }
    Some(asked.and_then(Window::parse).unwrap_or(Window::Day))
}

/// Working copies that somebody may see who may not see all: their own.
pub(super) fn own(user: UserId, author: Option<crate::db::Id<crate::authors::Author>>) -> Predicate<articles::table> {
    let made = articles::created_by.is_not_null().and(articles::created_by.assume_not_null().eq(user));
    match author {
        Some(author) => {
            let signed = article_authors::table.filter(article_authors::author_id.eq(author)).select(article_authors::article_id);
            Box::new(made.or(articles::id.eq_any(signed)))
        }
        None => Box::new(made),
    }
}
