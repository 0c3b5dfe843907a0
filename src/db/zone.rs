//! The time zone of a newsroom's dates.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::timestamp::Timestamp;

/// The last millisecond that can be represented.
const LAST: i64 = 253_402_300_799_999;

/// Checks whether a text is a date without a time: `2026-01-31`.
pub(crate) fn is_date(text: &str) -> bool {
    let digits = |byte: (usize, u8)| if matches!(byte.0, 4 | 7) { byte.1 == b'-' } else { byte.1.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(digits) && text.parse::<Date>().is_ok()
}

/// A time zone of the IANA database.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// Returns the zone of this name; UTC if the bundled database has no such zone.
    pub(crate) fn named(name: &str) -> Self {
        // Settings are validated with this database, too; the machine's own may be older.
        Self(jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC))
    }

    /// Coordinated Universal Time.
    pub(crate) const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Returns the local year, month and day at a time.
    pub(crate) fn date(&self, time: Timestamp) -> (i16, i8, i8) {
        let date = self.civil(time).0.date();
        (date.year(), date.month(), date.day())
    }

    /// Returns the first and the last millisecond of a day in this zone, given as `2026-01-31`. If the clock is changed at midnight, the
    /// day begins later.
    pub(crate) fn day(&self, date: &str) -> (i64, i64) {
        let date = date.parse::<Date>().unwrap_or_default();
        (self.midnight(date), date.tomorrow().map_or(LAST, |next| self.midnight(next) - 1))
    }

    /// Returns the first millisecond of a day in this zone; for the first and last days that can be represented, in UTC.
    fn midnight(&self, date: Date) -> i64 {
        let here = date.to_zoned(self.0.clone()).map(|zoned| zoned.timestamp().as_millisecond());
        here.unwrap_or_else(|_| Timestamp::parse(&format!("{date}T00:00:00Z")).map_or(0, Timestamp::millis))
    }

    /// Formats a time by RFC 3339 with the local offset at that time: `2026-01-31T20:30:00.000-08:00`.
    pub(crate) fn rfc3339(&self, time: Timestamp) -> String {
        let (civil, offset) = self.civil(time);
        if offset == Offset::UTC {
            return time.to_string();
        }
        format!("{}{}", civil.strftime("%Y-%m-%dT%H:%M:%S.%3f"), format_offset(offset, ":"))
    }

    /// Formats a time by RFC 2822 with the local offset at that time: `Sat, 31 Jan 2026 20:30:00 -0800`.
    pub(crate) fn rfc2822(&self, time: Timestamp) -> String {
        let (civil, offset) = self.civil(time);
        if offset == Offset::UTC {
            return time.http_date();
        }
        format!("{} {}", civil.strftime("%a, %d %b %Y %H:%M:%S"), format_offset(offset, ""))
    }

    /// Returns the local date and time, and the offset from UTC. The first and last hours of the supported range, which some zones
    /// cannot represent, are in UTC.
    fn civil(&self, time: Timestamp) -> (DateTime, Offset) {
        let here = jiff::Timestamp::from_millisecond(time.millis()).ok().and_then(|instant| {
            let offset = self.0.to_offset(instant);
            // Offsets with seconds, as in the 19th century, cannot be written.
            let offset = Offset::from_seconds(offset.seconds() / 60 * 60).unwrap_or(offset);
            let civil = time.civil()?.checked_add(jiff::SignedDuration::from_secs(offset.seconds().into())).ok()?;
            (0..=9999).contains(&civil.year()).then_some((civil, offset))
        });
        here.unwrap_or_else(|| (time.civil().unwrap_or_default(), Offset::UTC))
    }
}

/// Formats an offset as hours and minutes with a separator.
fn format_offset(offset: Offset, between: &str) -> String {
    let minutes = offset.seconds().unsigned_abs() / 60;
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::{Zone, is_date};
    use crate::db::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_time_is_told_as_clocks_in_the_zone_tell_it() {
        let evening = at("2026-01-31T20:30:00-08:00");
        for (zone, date, rfc3339, rfc2822) in [
            ("America/Los_Angeles", (2026, 1, 31), "2026-01-31T20:30:00.000-08:00", "Sat, 31 Jan 2026 20:30:00 -0800"),
            ("UTC", (2026, 2, 1), "2026-02-01T04:30:00.000Z", "Sun, 01 Feb 2026 04:30:00 GMT"),
            ("Asia/Kathmandu", (2026, 2, 1), "2026-02-01T10:15:00.000+05:45", "Sun, 01 Feb 2026 10:15:00 +0545"),
            ("Mars/Base", (2026, 2, 1), "2026-02-01T04:30:00.000Z", "Sun, 01 Feb 2026 04:30:00 GMT"),
        ] {
            let zone = Zone::named(zone);
            assert_eq!((zone.date(evening), zone.rfc3339(evening).as_str(), zone.rfc2822(evening).as_str()), (date, rfc3339, rfc2822));
        }
        // In summer the same zone is an hour nearer.
        assert_eq!(Zone::named("America/Los_Angeles").rfc3339(at("2026-07-01T00:00:00Z")), "2026-06-30T17:00:00.000-07:00");
    }

    #[test]
    fn a_day_is_as_long_as_clocks_here_make_it() {
        let day = |zone: &str, date: &str| {
            let (first, last) = Zone::named(zone).day(date);
            (first, (last - first + 1) / 3_600_000)
        };
        assert_eq!(day("Europe/Berlin", "2026-01-31"), (at("2026-01-30T23:00:00Z").millis(), 24));
        // In Berlin, clocks are changed in the night; in Havana, they go forward at midnight.
        assert_eq!(day("Europe/Berlin", "2026-03-29"), (at("2026-03-28T23:00:00Z").millis(), 23));
        assert_eq!(day("Europe/Berlin", "2026-10-25"), (at("2026-10-24T22:00:00Z").millis(), 25));
        assert_eq!(day("America/Havana", "2026-03-08"), (at("2026-03-08T05:00:00Z").millis(), 23));
        assert_eq!(day("UTC", "9999-12-31"), (at("9999-12-31T00:00:00Z").millis(), 24));
        assert_eq!(day("UTC", "0000-01-01").1, 24);
        for text in ["2026-02-30", "2026-1-1", "20260101", "2026-01-01T", "+026-01-01", "2026-01-0١"] {
            assert!(!is_date(text), "{text}");
        }
        assert!(is_date("2024-02-29"));
    }

    #[test]
    fn the_ends_of_time_have_a_date_everywhere() {
        for time in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "1850-01-01T00:00:00Z"] {
            for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Los_Angeles"] {
                let told = Zone::named(zone).rfc3339(at(time));
                assert_eq!(
                    told.parse::<jiff::Timestamp>().map_or(0, |told| (told.as_millisecond() - at(time).millis()).abs() / 60_000),
                    0,
                    "{told}"
                );
                assert!((0..=9999).contains(&Zone::named(zone).date(at(time)).0));
                assert!(!Zone::named(zone).rfc2822(at(time)).is_empty());
            }
        }
    }
}
