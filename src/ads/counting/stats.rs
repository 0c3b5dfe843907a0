//! What was counted, as editors see it.

use serde::Serialize;
use utoipa::ToSchema;

use super::counts::DAY;
use super::queries;
use crate::ads::creatives;
use crate::db::{Conn, Timestamp};
use crate::error::{Fault, Result};
use crate::input::Query;

/// How many days are shown when nobody says.
const USUAL: i64 = 30;
/// How many days are shown at most.
const MOST: i64 = 366;

/// What was counted of a creative.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AdStats {
    /// How often it was seen within these days.
    #[schema(minimum = 0, example = 1200)]
    impressions: i64,
    /// How often it was clicked on within these days.
    #[schema(minimum = 0, example = 14)]
    clicks: i64,
    /// Each day on which anything was counted, the first one first.
    days: Vec<AdDay>,
}

/// What was counted on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct AdDay {
    /// The day, in UTC.
    #[schema(format = "date", example = "2026-03-14")]
    day: String,
    /// How often it was seen.
    #[schema(minimum = 0, example = 1200)]
    impressions: i64,
    /// How often it was clicked on.
    #[schema(minimum = 0, example = 14)]
    clicks: i64,
}

/// A stretch of days: when the first begins and the last ends, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    from: i64,
    until: i64,
}

impl Days {
    /// Takes `from` and `to` out of a query; the last 30 days where neither is there.
    pub(super) fn take(query: &mut Query, now: Timestamp) -> Self {
        let today = now.millis().div_euclid(DAY) * DAY;
        let mut day = |name: &str| {
            let text = query.text(name)?;
            let begin = Timestamp::parse(&format!("{text}T00:00:00Z")).filter(|_| text.len() == 10);
            if begin.is_none() {
                query.fault(Fault::parameter(name, "invalid_value", format!("{text:?} is no day, such as 2026-03-14.")));
            }
            begin.map(Timestamp::millis)
        };
        let (from, to) = (day("from"), day("to"));
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(to - (USUAL - 1) * DAY);
        if from > to || to - from >= MOST * DAY {
            let detail = format!("From the first day to the last there are 1 to {MOST} days.");
            query.fault(Fault::parameter("from", "out_of_order", detail).bound("max", MOST));
        }
        Self { from, until: to + DAY }
    }
}

/// What was counted of a creative within some days.
pub(super) fn read(conn: &mut Conn, id: &str, days: Days) -> Result<AdStats> {
    let creative = creatives::find(conn, id)?;
    let rows = queries::within(conn, creative.id, days.from, days.until)?;
    let day =
        |(day, impressions, clicks): (Timestamp, i64, i64)| AdDay { day: day.to_string().chars().take(10).collect(), impressions, clicks };
    let days: Vec<AdDay> = rows.into_iter().map(day).collect();
    Ok(AdStats { impressions: days.iter().map(|day| day.impressions).sum(), clicks: days.iter().map(|day| day.clicks).sum(), days })
}
