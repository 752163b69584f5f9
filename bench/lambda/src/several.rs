//! Requests with many events: their cost, and how long the sender waits.
//!
//! The request is the first of a new process, so it includes opening the connections that it needs in addition to the one from
//! init. Only the warm CPU time is that of later requests.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::cpu::SHARE_128_MB;
use crate::figures::milliseconds;
use crate::statistics::Summary;
use crate::table::number;
use crate::trial::{Bench, cpu_per_request};
use crate::variant::Program;

/// The numbers of events in a request.
pub const COUNTS: [usize; 4] = [1, 10, 100, 1_000];

/// SQS's response time for a call during the first request.
pub const SQS_DELAY: Duration = Duration::from_millis(20);

/// The figures for one number of events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Several {
    /// CPU time of the first request of a process.
    pub first_cpu: Duration,
    /// CPU time of a later request, with an SQS that responds immediately.
    pub warm_cpu: Duration,
    /// Wall time of the first request, with a whole core.
    pub wall: Duration,
    /// Wall time of the first request at the share of 128 MB; `None` if the share cannot be limited.
    pub wall_128: Option<Duration>,
    /// Peak resident memory, in bytes.
    pub peak_memory: u64,
}

impl Bench {
    /// Measures `event`, a request with `count` events, in two processes: one with a whole core, and one with the share of
    /// 128 MB after its init.
    ///
    /// # Errors
    /// A process ends, does not return 200, or sends another number of messages to the queue.
    pub async fn several(&self, program: &Program, event: &[u8], count: usize) -> Result<Several> {
        let before = self.sqs.taken();
        let mut process = self.start(program).await?;
        self.sqs.set_delay(SQS_DELAY);
        let cpu = process.cpu_time()?;
        let wall = process.invoke(event).await?;
        let first_cpu = process.cpu_time()?.saturating_sub(cpu);
        self.sqs.set_delay(Duration::ZERO);
        let (warm_up, measured) = (requests(self.length.warm_up, count), requests(self.length.measured, count));
        for _ in 0..warm_up {
            process.invoke(event).await?;
        }
        let warm_cpu = cpu_per_request(&mut process, event, measured, &mut Vec::new()).await?;
        let mut peak_memory = process.peak_memory()?;
        process.stop().await?;
        self.expect(program, before, (1 + warm_up + measured) * count)?;

        let mut wall_128 = None;
        if self.can_limit {
            let before = self.sqs.taken();
            let mut process = self.start(program).await?;
            process.limit(Some(SHARE_128_MB))?;
            self.sqs.set_delay(SQS_DELAY);
            wall_128 = Some(process.invoke(event).await?);
            self.sqs.set_delay(Duration::ZERO);
            peak_memory = peak_memory.max(process.peak_memory()?);
            process.stop().await?;
            self.expect(program, before, count)?;
        }
        Ok(Several { first_cpu, warm_cpu, wall, wall_128, peak_memory })
    }
}

/// Returns how many requests with `count` events to send instead of `of_one` with one event: fewer if they are large, but at
/// least three.
fn requests(of_one: usize, count: usize) -> usize {
    (of_one * 10 / count).clamp(3.min(of_one), of_one)
}

/// The figures for one number of events over all rounds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SeveralSeries {
    /// CPU time of the first request.
    pub first_cpu_ms: Vec<f64>,
    /// CPU time of a later request.
    pub warm_cpu_ms: Vec<f64>,
    /// Wall time of the first request, with a whole core.
    pub wall_ms: Vec<f64>,
    /// Wall time of the first request, at the share of 128 MB.
    pub wall_128_ms: Vec<f64>,
    /// Peak resident memory.
    pub peak_rss_mb: Vec<f64>,
}

impl SeveralSeries {
    /// Adds the figures of a round.
    pub fn add(&mut self, trial: &Several) {
        self.first_cpu_ms.push(milliseconds(trial.first_cpu));
        self.warm_cpu_ms.push(milliseconds(trial.warm_cpu));
        self.wall_ms.push(milliseconds(trial.wall));
        self.wall_128_ms.extend(trial.wall_128.map(milliseconds));
        self.peak_rss_mb.push(trial.peak_memory as f64 / 1e6);
    }
}

type Column = (&'static str, fn(&SeveralSeries) -> &[f64]);

const COLUMNS: [Column; 5] = [
    ("CPU ms", |series| &series.first_cpu_ms),
    ("warm CPU ms", |series| &series.warm_cpu_ms),
    ("wall ms", |series| &series.wall_ms),
    ("wall at 128 MB ms", |series| &series.wall_128_ms),
    ("peak RSS MB", |series| &series.peak_rss_mb),
];

/// Returns median and p99 of each figure as a Markdown table, one row per number of events.
#[must_use]
pub fn markdown(several: &BTreeMap<usize, SeveralSeries>) -> String {
    let mut table = "| events in one request, p50 / p99 |".to_owned();
    table.extend(COLUMNS.map(|(title, _)| format!(" {title} |")));
    table += "\n|---:|";
    table += &"---:|".repeat(COLUMNS.len());
    for (count, series) in several {
        let _ = write!(table, "\n| {count} |");
        for (_, figure) in COLUMNS {
            let cell = |summary: Summary| format!("{} / {}", number(summary.p50), number(summary.p99));
            let _ = write!(table, " {} |", Summary::of(figure(series)).map_or_else(|| "–".to_owned(), cell));
        }
    }
    table + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_requests_are_fewer_and_at_least_three() {
        assert_eq!(COUNTS.map(|count| requests(300, count)), [300, 300, 30, 3]);
        assert_eq!(COUNTS.map(|count| requests(100, count)), [100, 100, 10, 3]);
        assert_eq!(COUNTS.map(|count| requests(2, count)), [2; 4]);
    }

    #[test]
    fn each_number_of_events_is_a_row_and_a_missing_figure_is_a_dash() {
        let mut series = SeveralSeries::default();
        for milliseconds in [3, 1, 2] {
            let first_cpu = Duration::from_millis(milliseconds);
            series.add(&Several { first_cpu, wall: first_cpu * 10, peak_memory: 7_000_000, ..Several::default() });
        }
        let table = markdown(&BTreeMap::from([(1_000, series), (1, SeveralSeries::default())]));
        let rows = "| 1 | – | – | – | – | – |\n| 1000 | 2.00 / 3.00 | 0.00 / 0.00 | 20.0 / 30.0 | – | 7.00 / 7.00 |\n";
        assert!(table.ends_with(rows) && table.starts_with("| events in one request, p50 / p99 | CPU ms | warm CPU ms |"), "{table}");
    }
}
