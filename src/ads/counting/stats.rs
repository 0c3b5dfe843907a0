//! The statistics of a creative, as editors see them.

use serde::Serialize;
use utoipa::ToSchema;

use super::counts::DAY;
use super::queries;
use crate::ads::creatives;
use crate::db::{Conn, Timestamp};
use crate::error::{Fault, Result};
use crate::input::Query;

/// The number of days by default.
const DEFAULT_DAYS: i64 = 30;
/// The maximum number of days.
const MAX_DAYS: i64 = 366;

/// The statistics of a creative.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AdStats {
    /// The number of impressions in these days.
    #[schema(minimum = 0, example = 1200)]
    impressions: i64,
    /// The number of clicks in these days.
    #[schema(minimum = 0, example = 14)]
    clicks: i64,
    /// The days with any impressions or clicks, oldest first.
    days: Vec<AdDay>,
}

/// The statistics of a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct AdDay {
    /// The day, in UTC.
    #[schema(format = "date", example = "2026-03-14")]
    day: String,
    /// The number of impressions.
    #[schema(minimum = 0, example = 1200)]
    impressions: i64,
    /// The number of clicks.
    #[schema(minimum = 0, example = 14)]
    clicks: i64,
}

/// A range of days, from the start of the first day to the end of the last, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    from: i64,
    until: i64,
}

impl Days {
    /// Parses `from` and `to` from a query; by default, the last 30 days.
    pub(super) fn take(query: &mut Query, now: Timestamp) -> Self {
        let today = now.millis().div_euclid(DAY) * DAY;
        let mut day = |name: &str| {
            let text = query.text(name)?;
            let begin = Timestamp::parse(&format!("{text}T00:00:00Z")).filter(|_| text.len() == 10);
            if begin.is_none() {
                query.fault(Fault::parameter(name, "invalid_value", format!("{text:?} is not a day; an example is 2026-03-14.")));
            }
            begin.map(Timestamp::millis)
        };
        let (from, to) = (day("from"), day("to"));
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(to - (DEFAULT_DAYS - 1) * DAY);
        if from > to || to - from >= MAX_DAYS * DAY {
            let detail = format!("The range must have 1 to {MAX_DAYS} days.");
            query.fault(Fault::parameter("from", "out_of_order", detail).bound("max", MAX_DAYS));
        }
        Self { from, until: to + DAY }
    }
}

/// Returns the statistics of a creative for a range of days.
pub(super) fn read(conn: &mut Conn, id: &str, days: Days) -> Result<AdStats> {
    let creative = creatives::find(conn, id)?;
    let rows = queries::within(conn, creative.id, days.from, days.until)?;
    let day =
        |(day, impressions, clicks): (Timestamp, i64, i64)| AdDay { day: day.to_string().chars().take(10).collect(), impressions, clicks };
    let days: Vec<AdDay> = rows.into_iter().map(day).collect();
    Ok(AdStats { impressions: days.iter().map(|day| day.impressions).sum(), clicks: days.iter().map(|day| day.clicks).sum(), days })
}
