//! Columns in list queries: how to compare a column with values and how to sort by it, for any table.

use diesel::expression::BoxableExpression;
use diesel::expression::expression_types::NotSelectable;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use super::conn::Backend;

/// A condition on the rows of a table.
pub(crate) type Predicate<T> = Box<dyn BoxableExpression<T, Backend, SqlType = Bool>>;
/// One term of an `ORDER BY`.
pub(crate) type Ordering<T> = Box<dyn BoxableExpression<T, Backend, SqlType = NotSelectable>>;

/// A value with which a filter or a cursor compares a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Bool(bool),
    Int(i64),
    Text(String),
}

impl Key {
    /// Returns the text of a text key; the parser has checked the type.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(int) => int.to_string(),
            Self::Bool(truth) => truth.to_string(),
        }
    }

    /// Returns the number of a numeric key.
    pub(crate) fn int(&self) -> i64 {
        match self {
            Self::Int(int) => *int,
            Self::Bool(truth) => i64::from(*truth),
            Self::Text(_) => 0,
        }
    }

    /// Returns the value of a boolean key.
    pub(crate) fn truth(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// A filter operator: `field[op]=value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    In,
    Nin,
    Lt,
    Lte,
    Gt,
    Gte,
    Contains,
    StartsWith,
    EndsWith,
    Exists,
    Under,
}

impl Op {
    /// The operators of an id or a word.
    pub(crate) const CHOICE: &'static [Self] = &[Self::Eq, Self::Ne, Self::In, Self::Nin];
    /// The operators of an optional id or word.
    pub(crate) const OPTIONAL_CHOICE: &'static [Self] = &[Self::Eq, Self::Ne, Self::In, Self::Nin, Self::Exists];
    /// The operators of a set.
    pub(crate) const MEMBER: &'static [Self] = &[Self::Eq, Self::In, Self::Exists];
    /// The operators of a set, including `ne` and `nin`, which match sets that lack a member.
    pub(crate) const SET: &'static [Self] = &[Self::Eq, Self::Ne, Self::In, Self::Nin, Self::Exists];
    /// The operators of an optional position in a tree.
    pub(crate) const TREE: &'static [Self] = &[Self::Eq, Self::Ne, Self::In, Self::Nin, Self::Under, Self::Exists];
    /// The operators of a time or a number.
    pub(crate) const ORDER: &'static [Self] = &[Self::Eq, Self::Lt, Self::Lte, Self::Gt, Self::Gte];
    /// The operators of an optional time or number.
    pub(crate) const OPTIONAL_ORDER: &'static [Self] = &[Self::Eq, Self::Lt, Self::Lte, Self::Gt, Self::Gte, Self::Exists];
    /// The operators of a text.
    pub(crate) const TEXT: &'static [Self] = &[Self::Eq, Self::Ne, Self::In, Self::Contains, Self::StartsWith];
    /// The operators of an optional email address.
    pub(crate) const OPTIONAL_EMAIL: &'static [Self] = &[Self::Eq, Self::Contains, Self::StartsWith, Self::EndsWith, Self::Exists];
    /// The operators of an optional text.
    pub(crate) const OPTIONAL_TEXT: &'static [Self] = &[Self::Eq, Self::Contains, Self::StartsWith, Self::Exists];
    /// The operators of a boolean.
    pub(crate) const TRUTH: &'static [Self] = &[Self::Eq];

    /// Returns the operator's name in a query string.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::Nin => "nin",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::Under => "under",
            Self::Exists => "exists",
        }
    }

    /// Returns whether the value is a comma-separated list.
    pub(crate) const fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::Nin)
    }
}

/// How to compare one column and sort by it.
pub(crate) struct Column<T: 'static> {
    /// Builds the condition from an operator and its values; the parser accepts only sensible combinations.
    pub(crate) compare: fn(Op, &[Key]) -> Predicate<T>,
    /// Builds the ordering; the argument is true for descending order.
    pub(crate) order: Option<fn(bool) -> Ordering<T>>,
}

/// Returns the `LIKE` pattern of an operator; wildcards in the searched text are escaped.
pub(crate) fn like(op: Op, key: &Key) -> String {
    let text = key.text().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    match op {
        Op::Contains => format!("%{text}%"),
        Op::EndsWith => format!("%{text}"),
        _ => format!("{text}%"),
    }
}

/// Creates a [`Column`]: `column!(text sections::name_key)`, `id`, `int`, `time`, `truth`, and `optional …` for a nullable column.
macro_rules! column {
    (text $column:path) => { $crate::db::column!(@ordered $column, $crate::db::Key::text, like) };
    (id $column:path) => { $crate::db::column!(@ordered $column, $crate::db::Key::text, plain) };
    (int $column:path) => { $crate::db::column!(@ordered $column, |key: &$crate::db::Key| i32::try_from(key.int()).unwrap_or(i32::MAX), plain) };
    (time $column:path) => { $crate::db::column!(@ordered $column, $crate::db::Key::int, plain) };
    (truth $column:path) => { $crate::db::Column {
        compare: |op, keys| {
            use diesel::ExpressionMethods as _;
            let wanted = keys.first().is_some_and($crate::db::Key::truth) != (op == $crate::db::Op::Ne);
            Box::new($column.eq(wanted))
        },
        order: None,
    } };
    (optional text $column:path) => { $crate::db::column!(@nullable $column, $crate::db::Key::text, like) };
    (optional id $column:path) => { $crate::db::column!(@nullable $column, $crate::db::Key::text, plain) };
    (optional time $column:path) => { $crate::db::column!(@nullable $column, $crate::db::Key::int, plain) };
    (@like like, $op:expr, $first:expr, $column:expr) => {
        { use diesel::TextExpressionMethods as _; use diesel::EscapeExpressionMethods as _;
          Box::new($column.like($crate::db::columns::like($op, $first)).escape('\\')) }
    };
    (@like plain, $op:expr, $first:expr, $column:expr) => { { let _ = $first; Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")) } };
    (@ordered $column:path, $value:expr, $like:ident) => { $crate::db::Column {
        compare: |op, keys| {
            use diesel::ExpressionMethods as _;
            use $crate::db::Op;
            let value = $value;
            let Some(first) = keys.first() else { return Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")) };
            match op {
                Op::Eq => Box::new($column.eq(value(first))),
                Op::Ne => Box::new($column.ne(value(first))),
                Op::In => Box::new($column.eq_any(keys.iter().map(value).collect::<Vec<_>>())),
                Op::Nin => Box::new($column.ne_all(keys.iter().map(value).collect::<Vec<_>>())),
                Op::Lt => Box::new($column.lt(value(first))),
                Op::Lte => Box::new($column.le(value(first))),
                Op::Gt => Box::new($column.gt(value(first))),
                Op::Gte => Box::new($column.ge(value(first))),
                Op::Contains | Op::StartsWith | Op::EndsWith => $crate::db::column!(@like $like, op, first, $column),
                Op::Exists => Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>(if first.truth() { "TRUE" } else { "FALSE" })),
                Op::Under => Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")),
            }
        },
        order: Some(|descending| {
            use diesel::ExpressionMethods as _;
            if descending { Box::new($column.desc()) } else { Box::new($column.asc()) }
        }),
    } };
    (@nullable $column:path, $value:expr, $like:ident) => { $crate::db::Column {
        compare: |op, keys| {
            use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _};
            use $crate::db::Op;
            let value = $value;
            let present = || $column.assume_not_null();
            let Some(first) = keys.first() else { return Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")) };
            match op {
                Op::Eq => Box::new($column.is_not_null().and(present().eq(value(first)))),
                Op::Ne => Box::new($column.is_null().or(present().ne(value(first)))),
                Op::In => Box::new($column.is_not_null().and(present().eq_any(keys.iter().map(value).collect::<Vec<_>>()))),
                Op::Nin => Box::new($column.is_null().or(present().ne_all(keys.iter().map(value).collect::<Vec<_>>()))),
                Op::Lt => Box::new($column.is_not_null().and(present().lt(value(first)))),
                Op::Lte => Box::new($column.is_not_null().and(present().le(value(first)))),
                Op::Gt => Box::new($column.is_not_null().and(present().gt(value(first)))),
                Op::Gte => Box::new($column.is_not_null().and(present().ge(value(first)))),
                Op::Contains | Op::StartsWith | Op::EndsWith => $crate::db::column!(@like $like, op, first, present()),
                Op::Exists if first.truth() => Box::new($column.is_not_null()),
                Op::Exists => Box::new($column.is_null()),
                Op::Under => Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("FALSE")),
            }
        },
        order: None,
    } };
}

pub(crate) use column;
