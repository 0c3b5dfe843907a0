//! A piece of SQL with bound values, as a statement that can be cached: Diesel prepares its own literals anew each time.

use std::marker::PhantomData;

use diesel::RunQueryDsl;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};

use super::columns::Key;
use super::conn::Backend;

/// SQL in which each `?` is replaced by the next value.
#[derive(Clone, Debug)]
pub(crate) struct SqlFragment<T> {
    sql: String,
    values: Vec<Key>,
    r#type: PhantomData<T>,
}

/// Creates the SQL expression of type `T`. Use few different texts and bind all values that vary, because a statement is cached for each
/// text.
pub(crate) fn sql_fragment<T>(sql: String, values: Vec<Key>) -> SqlFragment<T> {
    SqlFragment { sql, values, r#type: PhantomData }
}

impl<T: TypedExpressionType> Expression for SqlFragment<T> {
    type SqlType = T;
}

impl<T, S> AppearsOnTable<S> for SqlFragment<T> where Self: Expression {}

impl<T, S> SelectableExpression<S> for SqlFragment<T> where Self: Expression {}

impl<T, G> ValidGrouping<G> for SqlFragment<T> {
    type IsAggregate = is_aggregate::Never;
}

/// An SQL fragment may also be a whole query.
impl<T> Query for SqlFragment<T> {
    type SqlType = T;
}

impl<T, C> RunQueryDsl<C> for SqlFragment<T> {}

impl<T> QueryId for SqlFragment<T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> QueryFragment<Backend> for SqlFragment<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        let mut pieces = self.sql.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (value, piece) in self.values.iter().zip(pieces) {
            match value {
                Key::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Key::Int(int) => out.push_bind_param::<BigInt, _>(int)?,
                Key::Bool(truth) => out.push_bind_param::<Bool, _>(truth)?,
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}
