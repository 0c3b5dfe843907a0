//! `column IN (…)` as a statement that can be cached: Diesel prepares its own form anew each time.
//!
//! The list is padded to a power of two by repeating its last value, so that only a few different statements exist.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

/// The maximum length of a padded list; a longer list is not padded.
const MAX_PADDED: usize = 1024;

/// The condition that a column has one of the given values; see [`in_list`].
#[derive(Clone, Debug)]
pub(crate) struct InList<C> {
    column: C,
    values: Vec<String>,
}

/// Returns the condition that a text column has one of these values; an empty list matches no row.
pub(crate) fn in_list<C, V: ToString>(column: C, values: impl IntoIterator<Item = V>) -> InList<C> {
    let mut values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    if let Some(last) = values.last().filter(|_| values.len() <= MAX_PADDED).cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    InList { column, values }
}

impl<C: Expression> Expression for InList<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<S>, S> AppearsOnTable<S> for InList<C> {}

impl<C: SelectableExpression<S>, S> SelectableExpression<S> for InList<C> {}

impl<C, G> ValidGrouping<G> for InList<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C> QueryId for InList<C> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, B> QueryFragment<B> for InList<C>
where
    B: diesel::backend::Backend + HasSqlType<Text>,
    C: QueryFragment<B>,
    String: ToSql<Text, B>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        if self.values.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        for (place, value) in self.values.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Text, _>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}
