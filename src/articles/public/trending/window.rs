//! Windows: how far back a ranking looks, and which counts it is made of.

use crate::db::{Timestamp, text_enum};

/// A minute, in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;
/// An hour, in milliseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// A day, in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;
/// How often the ranking of whole pages is made anew, in milliseconds.
const CALM: i64 = 5 * MINUTE;
/// How long after its end a minute's views may still be on their way into the database, in milliseconds.
const GRACE: i64 = 15_000;

text_enum! {
    /// How far back a ranking looks.
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

/// Counts that belong to a ranking: those of one span, from one time until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) span: i64,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Window {
    /// The moment that a ranking is made as of: the end of the last minute whose views have all been written down.
    pub(crate) fn moment(now: Timestamp) -> i64 {
        floor(now.millis() - GRACE, MINUTE)
    }

    /// Until when the ranking as of a moment is the newest there is.
    pub(crate) fn good_until(moment: i64) -> Timestamp {
        Timestamp::from_millis(moment + MINUTE + GRACE)
    }

    /// The moment that whole pages take a ranking as of: it moves every five minutes, so that they can be kept as long.
    pub(crate) fn calm_moment(now: Timestamp) -> i64 {
        floor(now.millis() - GRACE, CALM)
    }

    /// Until when the ranking as of a calm moment is the newest that whole pages take.
    pub(crate) fn calm_until(moment: i64) -> Timestamp {
        Timestamp::from_millis(moment + CALM + GRACE)
    }

    /// Whole days, then whole hours, then minutes; where it begins is rounded down to a whole one of its coarsest.
    pub(crate) fn buckets(self, moment: i64) -> Vec<Bucket> {
        let (length, spans): (i64, &[i64]) = match self {
            Self::Hour => (HOUR, &[MINUTE]),
            Self::Day => (DAY, &[HOUR, MINUTE]),
            Self::Week => (7 * DAY, &[DAY, HOUR, MINUTE]),
            Self::Month => (30 * DAY, &[DAY, HOUR, MINUTE]),
        };
        let mut from = floor(moment - length, spans.first().copied().unwrap_or(MINUTE));
        let stretch = |span: &i64| {
            let stretch = Bucket { span: *span, from, until: floor(moment, *span) };
            from = stretch.until;
            stretch
        };
        spans.iter().map(stretch).collect()
    }
}

/// The beginning of the span that a time lies in.
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
