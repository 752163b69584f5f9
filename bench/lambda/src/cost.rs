//! The cost of a million webhooks in dollars, from AWS's list prices in us-east-1 and the measured times.
//!
//! The prices do not include free tiers and volume discounts; `docs/cost.md` names AWS's pages and the dates.

use std::fmt::Write;

use crate::figures::{Figures, Series};
use crate::statistics::Summary;
use crate::variant::Variant;

/// API Gateway's HTTP API: a million requests of up to 512 KB.
const HTTP_API: f64 = 1.00;
/// Lambda: a million requests.
const LAMBDA_REQUESTS: f64 = 0.20;
/// Lambda: a GB-second, by architecture.
const LAMBDA_GB_SECOND: [(&str, f64); 2] = [("arm64", 0.000_013_333_4), ("x86_64", 0.000_016_666_7)];
/// SQS: a million requests to a standard queue. Each started 64 KB of a message counts as one request.
const SQS_STANDARD: f64 = 0.40;
/// SQS: the surcharge for a million requests with a group id to a standard queue.
const SQS_FAIR: f64 = 0.10;

/// The function's memory, in GB.
const MEMORY_GB: f64 = 128.0 / 1024.0;
/// SQS's response time within its region. Assumed, not measured.
const SQS_MS: f64 = 10.0;
/// The share of events that find no warm instance. Assumed, not measured.
const COLD: f64 = 0.01;

/// The billed milliseconds of a variant.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Billed {
    /// A warm event.
    warm: f64,
    /// An event that starts an instance, including its init, which is billed as well.
    cold: f64,
}

impl Billed {
    fn of(series: &Series) -> Option<Self> {
        let median = |values: &[f64]| Summary::of(values).map(|summary| summary.p50);
        let (init, first, warm) = (median(&series.init_ms)?, median(&series.first_128_ms)?, median(&series.warm_128_ms)?);
        Some(Self { warm: (warm + SQS_MS).ceil(), cold: (init + first + SQS_MS).ceil() })
    }

    /// The mean over many events.
    fn mean(self) -> f64 {
        self.warm * (1.0 - COLD) + self.cold * COLD
    }

    /// Dollars of compute for a million events.
    fn dollars(self, gb_second: f64) -> f64 {
        self.mean() / 1000.0 * MEMORY_GB * gb_second * 1e6
    }
}

/// Returns the dollars per million webhooks by part, as a Markdown table; `None` if times at 128 MB were not measured.
#[must_use]
pub fn parts(figures: &Figures) -> Option<String> {
    let [(arm64, arm64_price), (x86_64, x86_64_price)] = LAMBDA_GB_SECOND;
    let mut table = format!(
        "| | billed ms, warm | billed ms, cold | Lambda compute, {arm64} | {x86_64} | Lambda requests | SQS send | total with function URL, {arm64} | total with HTTP API, {arm64} |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    let mut rows = 0;
    for variant in Variant::ALL {
        let Some(billed) = figures.of(variant).and_then(Billed::of) else { continue };
        // The baselines send no group id.
        let sqs = if variant == Variant::Chathooks { SQS_STANDARD + SQS_FAIR } else { SQS_STANDARD };
        let compute = billed.dollars(arm64_price);
        let sum = compute + LAMBDA_REQUESTS + sqs;
        let _ = writeln!(
            table,
            "| {} | {} | {} | {compute:.3} | {:.3} | {LAMBDA_REQUESTS:.2} | {sqs:.2} | {sum:.2} | {:.2} |",
            variant.label(),
            billed.warm,
            billed.cold,
            billed.dollars(x86_64_price),
            sum + HTTP_API,
        );
        rows += 1;
    }
    (rows > 0).then_some(table)
}

/// Returns the instances and the cost for 10 and 10,000 webhooks per second, as a Markdown table; `None` as for [`parts`].
#[must_use]
pub fn rates(figures: &Figures) -> Option<String> {
    const SECONDS_A_MONTH: f64 = 30.0 * 24.0 * 3600.0;
    let billed = Billed::of(figures.of(Variant::Chathooks)?)?;
    let [(architecture, price), _] = LAMBDA_GB_SECOND;
    let a_million = billed.dollars(price) + LAMBDA_REQUESTS + SQS_STANDARD + SQS_FAIR;
    let mut table = format!(
        "| webhooks per second | busy instances, on average | webhooks in 30 days | dollars, function URL ({architecture}) | dollars, HTTP API ({architecture}) |\n\
         |---:|---:|---:|---:|---:|\n"
    );
    for rate in [10.0, 10_000.0] {
        let millions = rate * SECONDS_A_MONTH / 1e6;
        let concurrency = rate * billed.mean() / 1000.0;
        let (url, http_api) = (millions * a_million, millions * (a_million + HTTP_API));
        let _ = writeln!(table, "| {rate} | {concurrency:.1} | {millions:.0} million | {url:.0} | {http_api:.0} |");
    }
    Some(table)
}

/// Returns the assumptions as one sentence.
#[must_use]
pub fn assumptions() -> String {
    format!(
        "Assumed, not measured: SQS responds in {SQS_MS} ms, {} % of the events start an instance, and every message is smaller than 64 KB.\n",
        COLD * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(init: f64, first: f64, warm: f64) -> Series {
        Series { init_ms: vec![init], first_128_ms: vec![first], warm_128_ms: vec![warm], ..Series::default() }
    }

    #[test]
    fn each_event_is_billed_by_the_started_millisecond() {
        assert_eq!(Billed::of(&series(3.6, 0.7, 0.3)), Some(Billed { warm: 11.0, cold: 15.0 }));
        assert_eq!(Billed::of(&series(3.0, 1.0, 1.0)), Some(Billed { warm: 11.0, cold: 14.0 }));
        assert_eq!(Billed::of(&Series::default()), None);
    }

    #[test]
    fn a_million_events_of_100_ms_cost_what_aws_says() {
        // 100 ms at 128 MB on arm64: 12,500 GB-seconds at $0.0000133334.
        let dollars = Billed { warm: 100.0, cold: 100.0 }.dollars(0.000_013_333_4);
        assert!((dollars - 0.166_667_5).abs() < 1e-9, "{dollars}");
    }

    #[test]
    fn the_tables_have_what_was_measured() {
        let variants = [(Variant::Chathooks.name(), series(3.6, 0.7, 0.3)), (Variant::Node.name(), series(140.0, 500.0, 2.0))];
        let mut figures = Figures { variants: variants.into(), ..Figures::default() };
        let table = parts(&figures).unwrap();
        // 11.04 billed ms on average: $0.0184; with 0.20 and 0.50.
        assert!(table.contains("| Chathooks (kommo) | 11 | 15 | 0.018 | 0.023 | 0.20 | 0.50 | 0.72 | 1.72 |"), "{table}");
        assert!(table.contains("| Node 22 | 12 | 650 |") && !table.contains("naive"), "{table}");
        // 10,000 per second for 11.04 ms each keep 110.4 instances busy.
        assert!(rates(&figures).unwrap().contains("| 10000 | 110.4 | 25920 million |"), "{table}");
        figures.variants.clear();
        assert_eq!((parts(&figures), rates(&figures)), (None, None));
    }
}
