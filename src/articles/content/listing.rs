//! The filters and sort fields that the lists of working copies and of published versions have in common.

use std::sync::LazyLock;

use diesel::sql_types::Bool;

use super::view::ArticleView;
use crate::db::{Key, Listing, PageQuery, Predicate, sql_fragment};
use crate::input::Selectable;

/// Returns the selectable members of the articles in a list for readers.
pub(crate) fn members() -> &'static Selectable {
    static MEMBERS: LazyLock<Selectable> = LazyLock::new(|| Selectable::of::<ArticleView>().including(&["body"]));
    &MEMBERS
}

/// The fields that both lists have in common, built on the table of one of them.
macro_rules! shared_fields {
    ($table:ident, $row:ty, $authors:ident, $tags:ident, $published_at:ident, [$($more:expr),*]) => { &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id $table::id), key: None, about: "The id." },
        Field { name: "slug", kind: Kind::Reference, ops: Op::CHOICE, column: column!(text $table::slug), key: None, about: "The slug." },
        Field { name: "kind", kind: Kind::Word(ArticleKind::WORDS), ops: Op::CHOICE, column: column!(text $table::kind), key: None, about: "The kind of the article. Without a filter by kind, lists contain only articles." },
        Field { name: "title", kind: Kind::Folded, ops: Op::TEXT, column: column!(text $table::title_key), key: Some(|row: &$row| Key::Text(row.title_key.clone())), about: "The headline, regardless of case and accents." },
        Field { name: "section", kind: Kind::Reference, ops: Op::TREE, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = || former_slugs::subjects(SlugKind::Section, &names());
            let named = || sections::table.filter(in_list(sections::id, &names()).or(in_list(sections::slug, &names())).or(sections::id.eq_any(former()))).select(sections::id.nullable());
            match op {
                // For a single section, an index returns the articles in order.
                Op::Eq => Box::new($table::section_id.is_not_null().and($table::section_id.eq(named().select(sections::id).single_value()).assume_not_null())),
                Op::Under => within(concat!(stringify!($table), ".section_id"), keys),
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::section_id.is_not_null()),
                Op::Exists => Box::new($table::section_id.is_null()),
                Op::Ne | Op::Nin => Box::new($table::section_id.is_null().or($table::section_id.assume_not_null().ne_all(named().select(sections::id)))),
                _ => Box::new($table::section_id.is_not_null().and($table::section_id.assume_not_null().eq_any(named().select(sections::id)))),
            }
        }, order: None }, key: None, about: "The section, by its id or by its current or a former slug." },
        Field { name: "tag", kind: Kind::Reference, ops: Op::SET, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = former_slugs::subjects(SlugKind::Tag, &names());
            let named = tags::table.filter(in_list(tags::id, &names()).or(in_list(tags::slug, &names())).or(tags::id.eq_any(former))).select(tags::id);
            let every = || $tags::table.select($tags::article_id);
            match op {
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::id.eq_any(every())),
                Op::Exists => Box::new($table::id.ne_all(every())),
                Op::Ne | Op::Nin => Box::new($table::id.ne_all($tags::table.filter($tags::tag_id.eq_any(named)).select($tags::article_id))),
                _ => Box::new($table::id.eq_any($tags::table.filter($tags::tag_id.eq_any(named)).select($tags::article_id))),
            }
        }, order: None }, key: None, about: "A tag of the article, by its id or by its current or a former slug." },
        Field { name: "author", kind: Kind::Reference, ops: Op::SET, column: Column { compare: |op, keys| {
            let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
            let former = former_slugs::subjects(SlugKind::Author, &names());
            let named = authors::table.filter(in_list(authors::id, &names()).or(in_list(authors::slug, &names())).or(authors::id.eq_any(former))).select(authors::id);
            let every = || $authors::table.select($authors::article_id);
            match op {
                Op::Exists if keys.first().is_some_and(Key::truth) => Box::new($table::id.eq_any(every())),
                Op::Exists => Box::new($table::id.ne_all(every())),
                Op::Ne | Op::Nin => Box::new($table::id.ne_all($authors::table.filter($authors::author_id.eq_any(named)).select($authors::article_id))),
                _ => Box::new($table::id.eq_any($authors::table.filter($authors::author_id.eq_any(named)).select($authors::article_id))),
            }
        }, order: None }, key: None, about: "An author of the article, by their id or by their current or a former slug." },
        Field { name: "locale", kind: Kind::Text, ops: Op::CHOICE, column: column!(text $table::locale), key: None, about: "The language." },
        Field { name: "featured", kind: Kind::Truth, ops: Op::TRUTH, column: column!(truth $table::featured), key: None, about: "Whether front ends should highlight the article." },
        Field { name: "published_at", kind: Kind::Time, ops: Op::ORDER, column: column!(time $table::$published_at), key: Some(|row: &$row| Key::Int(row.$published_at.millis())), about: "The time of the first publication." },
        Field { name: "updated_at", kind: Kind::Time, ops: Op::ORDER, column: column!(time $table::updated_at), key: Some(|row: &$row| Key::Int(row.updated_at.millis())), about: "The time of the last change." },
        Field { name: "hero_image", kind: Kind::Id, ops: Op::OPTIONAL_CHOICE, column: column!(optional id $table::hero_image_id), key: None, about: "The image above the text, by id." },
        Field { name: "translation_of", kind: Kind::Reference, ops: Op::TRUTH, column: Column {
            compare: |_, keys| translations_of(stringify!($table), keys),
            order: None,
        }, key: None, about: "Another article in the same group of translations, by id or slug." },
        Field { name: COMMENTS, kind: Kind::Int, ops: &[], column: column!(int $table::comment_count), key: Some(|row: &$row| Key::Int(row.comment_count.into())), about: "The number of comments." },
        $($more),*
    ] };
}

pub(crate) use shared_fields;

/// The condition that a section is the given one or a subsection of it, at any depth.
pub(crate) fn within<T: 'static>(column: &str, keys: &[Key]) -> Predicate<T> {
    let sql = format!(
        "{column} IN (WITH RECURSIVE below (id) AS (
            SELECT sections.id FROM sections WHERE sections.id = ? OR sections.slug = ? OR sections.id IN
                (SELECT former_slugs.subject_id FROM former_slugs WHERE former_slugs.kind = 'section' AND former_slugs.slug = ?)
            UNION SELECT sections.id FROM sections JOIN below ON sections.parent_id = below.id
        ) SELECT below.id FROM below)"
    );
    Box::new(sql_fragment::<Bool>(sql, keys.iter().cycle().take(3).cloned().collect()))
}

/// The condition that a row is another article in the translation group of the given article.
pub(crate) fn translations_of<T: 'static>(table: &str, keys: &[Key]) -> Predicate<T> {
    let sql = format!(
        "({table}.translation_group IN (SELECT other.translation_group FROM {table} AS other WHERE other.id = ? OR other.slug = ?)
        AND {table}.id NOT IN (SELECT other.id FROM {table} AS other WHERE other.id = ? OR other.slug = ?))"
    );
    Box::new(sql_fragment::<Bool>(sql, keys.iter().cycle().take(4).cloned().collect()))
}

/// The sort field that orders by the number of comments.
pub(crate) const COMMENTS: &str = "comments";

/// Checks whether a query filters by a field; if so, the default filter by this field does not apply.
pub(crate) fn asks<T, R>(listing: &Listing<T, R>, query: &PageQuery, name: &str) -> bool {
    query.filters.iter().any(|(index, ..)| listing.fields.get(*index).is_some_and(|field| field.name == name))
}
