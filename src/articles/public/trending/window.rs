//! Windows: the period of a ranking, divided into ranges of counts.

use crate::db::{Timestamp, text_enum};

/// A minute, in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;
/// An hour, in milliseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// A day, in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;
/// The interval at which the ranking of whole pages is recomputed, in milliseconds.
const PAGE_RANKING_INTERVAL: i64 = 5 * MINUTE;
/// The time after the end of a minute within which its views are stored, in milliseconds.
const GRACE: i64 = 15_000;

text_enum! {
    /// The period whose views a ranking counts.
    pub(crate) enum Window {
        /// The last hour.
        Hour = "1h",
        /// The last day.
        Day = "24h",
        /// The last week.
        Week = "7d",
        /// The last thirty days.
        Month = "30d",
    }
}

/// A range of counts in a ranking: counts of one span that begin at `from` or later and before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) span: i64,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Window {
    /// Returns the moment of a ranking: the end of the last minute whose views have all been stored.
    pub(crate) fn moment(now: Timestamp) -> i64 {
        floor(now.millis() - GRACE, MINUTE)
    }

    /// Returns the time until which no newer ranking exists.
    pub(crate) fn good_until(moment: i64) -> Timestamp {
        Timestamp::from_millis(moment + MINUTE + GRACE)
    }

    /// Returns the moment of the ranking on whole pages. It changes every five minutes, so that pages can be cached for that time.
    pub(crate) fn page_ranking_moment(now: Timestamp) -> i64 {
        floor(now.millis() - GRACE, PAGE_RANKING_INTERVAL)
    }

    /// Returns the time until which whole pages show the ranking of this moment.
    pub(crate) fn page_ranking_until(moment: i64) -> Timestamp {
        Timestamp::from_millis(moment + PAGE_RANKING_INTERVAL + GRACE)
    }

    /// Divides the window into whole days, then whole hours, then minutes. Its beginning is rounded down to the coarsest span.
    pub(crate) fn buckets(self, moment: i64) -> Vec<Bucket> {
        let (length, spans): (i64, &[i64]) = match self {
            Self::Hour => (HOUR, &[MINUTE]),
            Self::Day => (DAY, &[HOUR, MINUTE]),
            Self::Week => (7 * DAY, &[DAY, HOUR, MINUTE]),
            Self::Month => (30 * DAY, &[DAY, HOUR, MINUTE]),
        };
        let mut from = floor(moment - length, spans.first().copied().unwrap_or(MINUTE));
        let bucket = |span: &i64| {
            let bucket = Bucket { span: *span, from, until: floor(moment, *span) };
            from = bucket.until;
            bucket
        };
        spans.iter().map(bucket).collect()
    }
}

/// Returns the beginning of the span that contains a time.
pub(crate) fn floor(time: i64, span: i64) -> i64 {
    time - time.rem_euclid(span)
}

#[cfg(test)]
mod tests {
    use super::{Bucket, DAY, HOUR, MINUTE, Window};

    #[test]
    fn a_window_is_whole_spans_without_gap_or_overlap() {
        let moment = 20_000 * DAY + 7 * HOUR + 3 * MINUTE;
        let buckets = Window::Week.buckets(moment);
        let expected = [
            Bucket { span: DAY, from: 19_993 * DAY, until: 20_000 * DAY },
            Bucket { span: HOUR, from: 20_000 * DAY, until: 20_000 * DAY + 7 * HOUR },
            Bucket { span: MINUTE, from: 20_000 * DAY + 7 * HOUR, until: moment },
        ];
        assert_eq!(buckets, expected);
        assert_eq!(Window::Hour.buckets(moment), [Bucket { span: MINUTE, from: moment - HOUR, until: moment }]);
    }
}
