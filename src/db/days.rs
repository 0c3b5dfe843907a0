//! Days in filters: a date without a time is a whole day in the site's time zone.

use std::borrow::Cow;

use diesel::RunQueryDsl;
use serde_json::Value;

use super::columns::{Key, Op};
use super::conn::Conn;
use super::listing::{Listing, PageQuery};
use super::zone::Zone;
use crate::error::Result;
use crate::input::Kind;

#[derive(diesel::QueryableByName)]
struct Settings {
    #[diesel(sql_type = diesel::sql_types::Text)]
    settings: String,
}

impl<T: 'static, R: 'static> Listing<T, R> {
    /// Checks whether a query filters by days, so that its result depends on the site's time zone.
    pub(crate) fn has_days(&self, query: &PageQuery) -> bool {
        query.filters.iter().any(|filter| self.day(filter).is_some())
    }

    /// Returns the query with its days replaced by the times at which they begin and end.
    pub(crate) fn dated<'q>(&self, conn: &mut Conn, query: &'q PageQuery) -> Result<Cow<'q, PageQuery>> {
        if !self.has_days(query) {
            return Ok(Cow::Borrowed(query));
        }
        let zone = zone(conn)?;
        let filters = query.filters.iter().flat_map(|filter| match self.day(filter) {
            Some(day) => moments(filter.0, filter.1, zone.day(day)),
            None => vec![filter.clone()],
        });
        Ok(Cow::Owned(PageQuery { filters: filters.collect(), ..query.clone() }))
    }

    /// Returns the day that a filter names. Keys of times are numbers, keys of days are texts as they were sent.
    fn day<'f>(&self, (index, op, keys): &'f (usize, Op, Vec<Key>)) -> Option<&'f str> {
        let is_time = self.fields.get(*index).is_some_and(|field| matches!(field.kind, Kind::Time));
        match keys.as_slice() {
            [Key::Text(day)] if is_time && *op != Op::Exists => Some(day),
            _ => None,
        }
    }
}

/// Returns the comparisons with the first and last milliseconds of a day that replace a comparison with the day.
fn moments(index: usize, op: Op, (first, last): (i64, i64)) -> Vec<(usize, Op, Vec<Key>)> {
    let with = |op: Op, moment: i64| (index, op, vec![Key::Int(moment)]);
    match op {
        Op::Lt | Op::Gte => vec![with(op, first)],
        Op::Gt | Op::Lte => vec![with(op, last)],
        _ => vec![with(Op::Gte, first), with(Op::Lte, last)],
    }
}

/// Returns the site's time zone. The setting is read directly from the table, because the module `site` depends on this module.
fn zone(conn: &mut Conn) -> Result<Zone> {
    let stored: Vec<Settings> = diesel::sql_query("SELECT settings FROM site").load(conn)?;
    let settings = stored.first().map(|row| serde_json::from_str::<Value>(&row.settings)).transpose()?.unwrap_or_default();
    Ok(settings.get("timezone").and_then(Value::as_str).map_or(Zone::utc(), Zone::named))
}

#[cfg(test)]
mod tests {
    use super::moments;
    use crate::db::{Key, Op};

    #[test]
    fn a_day_is_compared_as_a_whole() {
        let day = (100, 199);
        let compared = |op: Op| moments(3, op, day).into_iter().map(|(_, op, keys)| (op, keys)).collect::<Vec<_>>();
        assert_eq!(compared(Op::Gte), [(Op::Gte, vec![Key::Int(100)])]);
        assert_eq!(compared(Op::Gt), [(Op::Gt, vec![Key::Int(199)])]);
        assert_eq!(compared(Op::Lte), [(Op::Lte, vec![Key::Int(199)])]);
        assert_eq!(compared(Op::Lt), [(Op::Lt, vec![Key::Int(100)])]);
        assert_eq!(compared(Op::Eq), [(Op::Gte, vec![Key::Int(100)]), (Op::Lte, vec![Key::Int(199)])]);
    }
}
