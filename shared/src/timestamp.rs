//! Timestamps, in the formats of providers and of events.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::json::Value;

/// A point in time in milliseconds since the Unix epoch, until the end of the year 9999.
///
/// `Display` is RFC 3339 in UTC, with three fraction digits unless they are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The end of the year 9999, the limit of RFC 3339.
    const MAX_MILLIS: i64 = 253_402_300_799_999;
    /// A number below this limit is in seconds, any other in milliseconds. As seconds, the limit is in the year 5138; as
    /// milliseconds, in 1973.
    const MIN_MILLIS: f64 = 1e11;

    /// Returns the time this many milliseconds after the Unix epoch. `None` if it is out of range.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        (1..=Self::MAX_MILLIS).contains(&millis).then_some(Self(millis))
    }

    /// Returns the current time.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(Self::MAX_MILLIS))
    }

    /// Returns the milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Parses a provider's timestamp: seconds or milliseconds since the Unix epoch as a number or a string, or RFC 3339.
    #[must_use]
    pub fn of(value: Value<'_>) -> Option<Self> {
        if let Some(number) = value.number() {
            let millis = if number < Self::MIN_MILLIS { number * 1000.0 } else { number };
            return Self::from_millis(millis.round() as i64);
        }
        Self::parse(&value.string()?)
    }

    /// Parses a provider's timestamp in milliseconds since the Unix epoch. `None` for seconds, which two messages may share.
    #[must_use]
    pub fn of_millis(value: Value<'_>) -> Option<Self> {
        Self::of(value).filter(|moment| value.number() == Some(moment.0 as f64))
    }

    /// Parses RFC 3339. A time without an offset is UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339)).ok()?;
        Self::from_millis(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()?)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = (moment.year(), u8::from(moment.month()), moment.day());
        let (hour, minute, second) = moment.to_hms();
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.0.rem_euclid(1000) {
            0 => out.write_str("Z"),
            millis => write!(out, ".{millis:03}Z"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn read(json: &str) -> Option<String> {
        Timestamp::of(Document::parse(json.as_bytes()).expect("JSON").root()).map(|moment| moment.to_string())
    }

    #[test]
    fn seconds_milliseconds_and_rfc_3339_are_read() {
        assert_eq!(read("1596470952").as_deref(), Some("2020-08-03T16:09:12Z"));
        assert_eq!(read("\"1596470952\"").as_deref(), Some("2020-08-03T16:09:12Z"));
        assert_eq!(read("1596470952123").as_deref(), Some("2020-08-03T16:09:12.123Z"));
        assert_eq!(read("1596470952007").as_deref(), Some("2020-08-03T16:09:12.007Z"));
        assert_eq!(read("1596470952.5").as_deref(), Some("2020-08-03T16:09:12.500Z"));
        assert_eq!(read("\"2024-02-29T23:59:59.120Z\"").as_deref(), Some("2024-02-29T23:59:59.120Z"));
        assert_eq!(read("\"2024-02-29T23:59:59+05:30\"").as_deref(), Some("2024-02-29T18:29:59Z"));
        assert_eq!(read("\"2024-02-29T23:59:59.000\"").as_deref(), Some("2024-02-29T23:59:59Z"));
        assert_eq!(read("253402300799999").as_deref(), Some("9999-12-31T23:59:59.999Z"));
    }

    #[test]
    fn milliseconds_are_distinguished_from_seconds() {
        let is_millis = |json: &str| Timestamp::of_millis(Document::parse(json.as_bytes()).expect("JSON").root()).is_some();
        for (json, expected) in [
            ("1596470952123", true),
            ("1596470952000", true),
            ("\"1596470952123\"", true),
            ("1596470952", false),
            ("\"1596470952\"", false),
            ("1596470952.123", false),
            ("\"2024-02-29T23:59:59.120Z\"", false),
            ("0", false),
            ("null", false),
            ("1e300", false),
        ] {
            assert_eq!(is_millis(json), expected, "{json}");
        }
    }

    #[test]
    fn other_values_are_not_timestamps() {
        for json in ["0", "-5", "null", "\"\"", "\"soon\"", "1e300", "253402300800000", "{}", "true"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
