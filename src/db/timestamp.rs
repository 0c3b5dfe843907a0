//! The only type of time: UTC, with a precision of milliseconds.

use std::fmt;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

/// The beginning of the year 1970.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// The beginning of the year 0000, in milliseconds since 1970.
const FIRST: i64 = -62_167_219_200_000;
/// The end of the year 9999, in milliseconds since 1970.
const LAST: i64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z; written as RFC 3339 with milliseconds and `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// Creates a time from milliseconds since 1970.
    pub(crate) const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970.
    pub(crate) const fn millis(self) -> i64 {
        self.0
    }

    /// Adds seconds to this time.
    pub(crate) const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Parses an RFC 3339 time; its year must have four digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let millis = text.parse::<jiff::Timestamp>().map_or_else(|_| last_hours(text), |time| Some(time.as_millisecond()))?;
        (FIRST..=LAST).contains(&millis).then_some(Self(millis))
    }

    /// Returns the year, month and day in UTC.
    pub(crate) fn date(self) -> (i16, i8, i8) {
        let date = self.civil().unwrap_or_default().date();
        (date.year(), date.month(), date.day())
    }

    /// Formats the time for emails, feeds and HTTP headers (RFC 9110, section 5.6.7): `Sat, 14 Mar 2026 09:26:53 GMT`.
    pub(crate) fn http_date(self) -> String {
        self.civil().unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Formats the time by RFC 3339. Responses have many times, so the digits are written directly.
    fn format_rfc3339(self) -> [u8; 24] {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |place: usize, count: usize, number: i32| {
            let mut rest = number;
            for digit in text.get_mut(place..place + count).into_iter().flatten().rev() {
                *digit += u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
        };
        let time = self.civil().unwrap_or_default();
        put(0, 4, time.year().into());
        for (place, number) in [(5, time.month()), (8, time.day()), (11, time.hour()), (14, time.minute()), (17, time.second())] {
            put(place, 2, number.into());
        }
        put(20, 3, time.millisecond().into());
        text
    }

    /// Returns the date and time in UTC.
    pub(super) fn civil(self) -> Option<DateTime> {
        EPOCH.checked_add(SignedDuration::from_millis(self.0)).ok()
    }
}

/// Parses a time in the last hours of the year 9999, which [`jiff::Timestamp`] excludes because they would not be valid in every offset.
fn last_hours(text: &str) -> Option<i64> {
    let pieces = jiff::fmt::temporal::Pieces::parse(text).ok()?;
    let offset = pieces.to_numeric_offset()?.seconds();
    let civil = DateTime::from_parts(pieces.date(), pieces.time()?);
    (civil.year() == 9999)
        .then(|| civil.duration_since(EPOCH).as_millis())
        .and_then(|millis| i64::try_from(millis).ok())
        .map(|millis| millis - i64::from(offset) * 1000)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.format_rfc3339();
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.format_rfc3339()).map_err(serde::ser::Error::custom)?)
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

impl<DB> ToSql<BigInt, DB> for Timestamp
where
    DB: diesel::backend::Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
impl<DB> FromSql<BigInt, DB> for Timestamp
where
    DB: diesel::backend::Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(value).map(Self)
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .max_length(Some(64))
            .description(Some("An RFC 3339 time. Responses use UTC with milliseconds."))
            .examples(["2026-03-14T09:26:53.589Z"])
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {
    fn name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_last_as_long_as_their_years_have_four_digits() {
        for (text, told) in [
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:30:00+01:00", "9999-12-31T22:30:00.000Z"),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00.000Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("2026-03-14T10:26:53.5894+01:00", "2026-03-14T09:26:53.589Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(|time| time.to_string()), Some(told.to_owned()), "{text}");
        }
        for text in
            ["9999-12-31T23:59:59.999-00:01", "10000-01-01T00:00:00Z", "+010000-01-01T00:00:00Z", "9999-12-31T23:59:59", "9999-12-31", ""]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
