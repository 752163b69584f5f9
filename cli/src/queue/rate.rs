//! The value of `--rate 20/s`, the maximum number of messages per second or minute, and a limiter for it.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::terminal::Stop;

/// A number of messages per time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    messages: u32,
    per: Duration,
}

/// The text is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidRate;

impl fmt::Display for InvalidRate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it must be a whole number of messages per second or minute, at most 100000, like 20/s or 90/m")
    }
}

impl Error for InvalidRate {}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (messages, per) = text.split_once('/').unwrap_or((text, "s"));
        let per = match per {
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            _ => return Err(InvalidRate),
        };
        let messages = messages.parse().ok().filter(|messages| (1..=100_000).contains(messages)).ok_or(InvalidRate)?;
        Ok(Self { messages, per })
    }
}

/// A limiter for a rate. Without a rate, it does not limit.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Option<Rate>,
    next: Option<Instant>,
}

impl Pace {
    /// Creates a limiter that lets the first messages pass immediately.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self { rate, next: None }
    }

    /// Waits until the next messages can be sent, or until the program is asked to stop.
    pub(crate) async fn wait(&self, stop: &mut Stop) {
        let Some(next) = self.next else { return };
        tokio::select! {
            () = sleep_until(next) => {}
            () = stop.told() => {}
        }
    }

    /// Returns the number of messages to send together: the messages of one second, at least 1 and at most 10.
    pub(crate) fn burst(&self) -> usize {
        let a_second = self.rate.map_or(10, |rate| u64::from(rate.messages) / rate.per.as_secs());
        usize::try_from(a_second.clamp(1, 10)).unwrap_or(10)
    }

    /// Records that messages were sent at that time.
    pub(crate) fn spend(&mut self, now: Instant, messages: usize) {
        let Some(rate) = self.rate else { return };
        let messages = u32::try_from(messages).unwrap_or(u32::MAX);
        let pause = (rate.per / rate.messages).saturating_mul(messages);
        self.next = Some(self.next.map_or(now, |next| next.max(now)) + pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_per_second_or_minute() {
        let rate = |messages, secs| Ok(Rate { messages, per: Duration::from_secs(secs) });
        assert_eq!("20/s".parse::<Rate>(), rate(20, 1));
        assert_eq!("20".parse::<Rate>(), rate(20, 1));
        assert_eq!("90/m".parse::<Rate>(), rate(90, 60));
        for text in ["", "0/s", "-1/s", "1.5/s", "20/h", "20/", "/s", "fast", "100001/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    /// Returns the times, in milliseconds, at which batches are sent if each takes `took_ms`.
    fn moments(rate: &str, batch: usize, took_ms: u64) -> Vec<u128> {
        let start = Instant::now();
        let (mut pace, mut now) = (Pace::new(Some(rate.parse().expect("a rate"))), start);
        (0..4)
            .map(|_| {
                now = pace.next.map_or(now, |next| next.max(now));
                let went = now.duration_since(start).as_millis();
                pace.spend(now, batch);
                now += Duration::from_millis(took_ms);
                went
            })
            .collect()
    }

    #[test]
    fn the_rate_is_not_exceeded() {
        assert_eq!(moments("10/s", 5, 0), [0, 500, 1_000, 1_500]);
        assert_eq!(moments("10/s", 5, 400), [0, 500, 1_000, 1_500]);
        assert_eq!(moments("60/m", 1, 0), [0, 1_000, 2_000, 3_000]);
        // Lost time is not made up for.
        assert_eq!(moments("10/s", 5, 700), [0, 700, 1_400, 2_100]);
    }

    #[test]
    fn a_burst_is_one_second_of_the_rate_or_ten() {
        let burst = |rate: &str| Pace::new(Some(rate.parse().expect("a rate"))).burst();
        assert_eq!((burst("3/s"), burst("500/s"), burst("30/m"), Pace::new(None).burst()), (3, 10, 1, 10));
    }
}
