//! SQL queries for the counts.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::counts::Tally;
use crate::ads::creatives::CreativeId;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::{ad_counts, ad_creatives};

/// Works on both engines. A creative that was deleted meanwhile is ignored.
const ADD: &str = "INSERT INTO ad_counts (creative_id, day, impressions, clicks)
    SELECT $1, $2, $3, $4 FROM ad_creatives WHERE id = $1
    ON CONFLICT (creative_id, day) DO UPDATE
        SET impressions = ad_counts.impressions + excluded.impressions, clicks = ad_counts.clicks + excluded.clicks";

/// Adds to the stored counts, in id order, so that transactions cannot deadlock.
pub(super) fn add(conn: &mut Conn, counts: &BTreeMap<(CreativeId, i64), Tally>) -> Result<()> {
    for ((creative, day), tally) in counts {
        diesel::sql_query(ADD)
            .bind::<Text, _>(*creative)
            .bind::<BigInt, _>(*day)
            .bind::<BigInt, _>(tally.impressions)
            .bind::<BigInt, _>(tally.clicks)
            .execute(conn)?;
    }
    Ok(())
}

/// Checks whether readers may have seen a creative: it exists, is active and has started.
pub(super) fn on_show(conn: &mut Conn, id: CreativeId, now: Timestamp) -> Result<bool> {
    let begun = ad_creatives::starts_at.is_null().or(ad_creatives::starts_at.assume_not_null().le(now));
    let found = ad_creatives::table.filter(ad_creatives::id.eq(id)).filter(ad_creatives::active.eq(true)).filter(begun);
    Ok(found.count().get_result::<i64>(conn)? > 0)
}

/// Returns the counts of a creative in a range of days: the start of the day, impressions, clicks.
pub(super) fn within(conn: &mut Conn, id: CreativeId, from: i64, until: i64) -> Result<Vec<(Timestamp, i64, i64)>> {
    Ok(ad_counts::table
        .filter(ad_counts::creative_id.eq(id))
        .filter(ad_counts::day.ge(from))
        .filter(ad_counts::day.lt(until))
        .order(ad_counts::day)
        .select((ad_counts::day, ad_counts::impressions, ad_counts::clicks))
        .load(conn)?)
}
