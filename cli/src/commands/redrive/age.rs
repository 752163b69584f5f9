//! The value of `--older-than 2h`: how long ago a message was sent.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age(i64);

/// The text is not an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidAge;

impl fmt::Display for InvalidAge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it must be a whole number of seconds, minutes, hours or days, like 90s, 15m, 2h or 7d")
    }
}

impl Error for InvalidAge {}

impl FromStr for Age {
    type Err = InvalidAge;

    fn from_str(text: &str) -> Result<Self, InvalidAge> {
        let age = || {
            let unit = text.chars().last()?;
            let millis: i64 = match unit {
                's' => 1_000,
                'm' => 60_000,
                'h' => 3_600_000,
                'd' => 86_400_000,
                _ => return None,
            };
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Self(millis * i64::from(number)))
        };
        age().ok_or(InvalidAge)
    }
}

impl Age {
    /// Returns whether at least this much time lies between `since` and `now`, both in milliseconds since 1970.
    pub(super) fn has_passed(self, since: i64, now: i64) -> bool {
        now.saturating_sub(since) >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_one_unit() {
        for (text, millis) in [("90s", 90_000), ("15m", 900_000), ("2h", 7_200_000), ("7d", 604_800_000), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Age(millis)), "{text}");
        }
        for text in ["", "5", "h", "-1h", "1.5h", "1h30m", "1 h", "1w", "9999999999d", "1é"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_has_passed_at_its_exact_end() {
        let age: Age = "2s".parse().expect("an age");
        assert_eq!([age.has_passed(1_000, 2_999), age.has_passed(1_000, 3_000)], [false, true]);
    }
}
