//! Sends many requests, with limited concurrency.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::request::NoAnswer;

/// The outcome of one request: the status and the latency, or why there was no response.
pub(super) type Shot = Result<(u16, Duration), NoAnswer>;

/// The outcomes of all requests.
#[derive(Debug, Default)]
pub(super) struct Summary {
    statuses: BTreeMap<u16, usize>,
    /// The causes of missing responses, with their counts.
    pub(super) unanswered: BTreeMap<NoAnswer, usize>,
    /// The latencies of the responses, sorted.
    latencies: Vec<Duration>,
    asked_for: usize,
    at_a_time: usize,
    took: Duration,
}

/// Sends `repeat` requests, or fewer if Ctrl-C ends it. Draws a progress bar on stderr if that is a terminal.
pub(super) async fn fire<F: Future<Output = Shot>>(repeat: usize, concurrency: usize, shoot: impl Fn(usize) -> F) -> Summary {
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}  {eta} left").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(repeat as u64).with_style(style);
    let started = Instant::now();
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    let shots = stream::iter(1..=repeat).map(shoot).buffer_unordered(concurrency).take_until(Box::pin(interrupted));
    let summary = Summary { asked_for: repeat, at_a_time: concurrency, ..Summary::default() };
    let mut summary = shots
        .fold(summary, |mut summary, shot| {
            bar.inc(1);
            summary.add(shot);
            std::future::ready(summary)
        })
        .await;
    bar.finish_and_clear();
    summary.took = started.elapsed();
    summary.latencies.sort_unstable();
    summary
}

impl Summary {
    fn add(&mut self, shot: Shot) {
        match shot {
            Ok((status, took)) => {
                *self.statuses.entry(status).or_default() += 1;
                self.latencies.push(took);
            }
            Err(cause) => *self.unanswered.entry(cause).or_default() += 1,
        }
    }

    /// Returns the number of responses.
    pub(super) fn answered(&self) -> usize {
        self.latencies.len()
    }

    /// Returns whether every request got a 2xx response.
    pub(super) fn is_success(&self) -> bool {
        self.answered() == self.asked_for && self.statuses.keys().all(|status| (200..300).contains(status))
    }

    /// Returns the number of finished requests, with or without a response.
    fn ended(&self) -> usize {
        self.answered() + self.unanswered.values().sum::<usize>()
    }

    /// Returns a percentile of the latencies in milliseconds, rounded to 0.1 (nearest rank).
    fn percentile(&self, percent: usize) -> Option<f64> {
        let rank = (self.latencies.len() * percent).div_ceil(100).max(1);
        self.latencies.get(rank - 1).map(|latency| (latency.as_secs_f64() * 10_000.0).round() / 10.0)
    }

    fn rate(&self) -> f64 {
        (self.answered() as f64 / self.took.as_secs_f64().max(f64::EPSILON)).round()
    }

    /// Formats the summary as text.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![format!(
            "{} requests in {:.1} s, {} at a time, {} responses/s",
            self.ended(),
            self.took.as_secs_f64(),
            self.at_a_time,
            self.rate()
        )];
        if self.ended() < self.asked_for {
            lines.push(format!(
                "  interrupted: {} of {} requests were not sent or did not finish",
                self.asked_for - self.ended(),
                self.asked_for
            ));
        }
        lines.extend(self.statuses.iter().map(|(status, count)| format!("  {status} {count:>9}")));
        lines.extend(self.unanswered.iter().map(|(cause, count)| format!("  --- {count:>9} no response: {cause}")));
        if let (Some(median), Some(high), Some(most)) = (self.percentile(50), self.percentile(99), self.percentile(100)) {
            lines.push(format!("  p50 {median} ms, p99 {high} ms, slowest {most} ms"));
        }
        lines.join("\n")
    }

    /// Returns the summary as JSON.
    pub(super) fn json(&self) -> Value {
        let statuses: serde_json::Map<String, Value> =
            self.statuses.iter().map(|(status, count)| (status.to_string(), json!(count))).collect();
        json!({
            "requests": self.asked_for,
            "answered": self.answered(),
            "statuses": statuses,
            "unanswered": self.unanswered,
            "interrupted": self.ended() < self.asked_for,
            "concurrency": self.at_a_time,
            "duration_s": self.took.as_secs_f64(),
            "answers_per_s": self.rate(),
            "p50_ms": self.percentile(50),
            "p99_ms": self.percentile(99),
            "max_ms": self.percentile(100),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(shots: impl IntoIterator<Item = Shot>, asked_for: usize) -> Summary {
        let mut summary = Summary { asked_for, at_a_time: 2, took: Duration::from_secs(2), ..Summary::default() };
        shots.into_iter().for_each(|shot| summary.add(shot));
        summary.latencies.sort_unstable();
        summary
    }

    fn answer(status: u16, millis: u64) -> Shot {
        Ok((status, Duration::from_millis(millis)))
    }

    #[test]
    fn percentiles_use_the_nearest_rank() {
        let hundred = summary((1..=100).rev().map(|millis| answer(200, millis)), 100);
        assert_eq!([50, 99, 100].map(|percent| hundred.percentile(percent)), [Some(50.0), Some(99.0), Some(100.0)]);
        assert!(hundred.is_success());
        let one = summary([answer(204, 7)], 1);
        assert_eq!([50, 99, 100].map(|percent| one.percentile(percent)), [Some(7.0); 3]);
        assert_eq!(summary([], 1).percentile(50), None);
    }

    #[test]
    fn the_summary_shows_every_outcome() {
        let summary = summary([answer(200, 1), answer(503, 3), answer(200, 2), Err(NoAnswer::Other("refused".to_owned()))], 5);
        assert_eq!(
            summary.text(),
            "4 requests in 2.0 s, 2 at a time, 2 responses/s\n  interrupted: 1 of 5 requests were not sent or did not finish\n  200         2\n  503         1\n  ---         1 no response: refused\n  p50 2 ms, p99 3 ms, slowest 3 ms"
        );
        let json = summary.json();
        assert_eq!(json["statuses"], json!({"200": 2, "503": 1}));
        assert_eq!((&json["unanswered"]["refused"], &json["interrupted"], &json["p99_ms"]), (&json!(1), &json!(true), &json!(3.0)));
        assert!(!summary.is_success());
    }
}
