//! The figures as Markdown tables.

use std::fmt::Write;

use crate::figures::{Figures, Series};
use crate::statistics::Summary;
use crate::variant::Variant;

/// The medians, one row a variant.
#[must_use]
pub fn medians(figures: &Figures) -> String {
    let mut table = "| | init ms | first event ms | first at 128 MB ms | init + first ms | warm CPU µs | warm wall ms | peak RSS MB | binary / zip MB |\n\
                     |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for (variant, series) in measured(figures) {
        let median = |values: &[f64]| Summary::of(values).map(|summary| summary.p50);
        let values = [
            &series.init_ms,
            &series.first_ms,
            &series.first_128_ms,
            &series.init_and_first_ms,
            &series.warm_cpu_us,
            &series.warm_ms,
            &series.peak_rss_mb,
        ];
        let cells = values.map(|values| optional(median(values))).join(" | ");
        let sizes = format!("{} / {}", optional(series.binary_mb), optional(series.zip_mb));
        let _ = writeln!(table, "| {} | {cells} | {sizes} |", variant.label());
    }
    table
}

/// Median, p90 and p99 of each figure that has them.
#[must_use]
pub fn spread(figures: &Figures) -> String {
    let mut table = "| p50 / p90 / p99 | init ms | first event ms | first at 128 MB ms | init + first ms | warm CPU µs | warm wall ms |\n\
                     |---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for (variant, series) in measured(figures) {
        let values =
            [&series.init_ms, &series.first_ms, &series.first_128_ms, &series.init_and_first_ms, &series.warm_cpu_us, &series.warm_ms];
        let cell = |values: &Vec<f64>| match Summary::of(values) {
            Some(summary) => [summary.p50, summary.p90, summary.p99].map(number).join(" / "),
            None => optional(None),
        };
        let _ = writeln!(table, "| {} | {} |", variant.label(), values.map(cell).join(" | "));
    }
    table
}

/// A number with about three digits that count.
#[must_use]
pub fn number(value: f64) -> String {
    let decimals = match value.abs() {
        above if above >= 99.95 => 0,
        above if above >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

fn measured(figures: &Figures) -> impl Iterator<Item = (Variant, &Series)> {
    Variant::ALL.into_iter().filter_map(|variant| Some((variant, figures.of(variant)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        let texts = [0.284, 9.99, 9.996, 99.94, 99.96, 609.4].map(number);
        assert_eq!(texts, ["0.28", "9.99", "10.0", "99.9", "100", "609"]);
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let series = Series { init_ms: vec![3.0, 1.0, 2.0], zip_mb: Some(2.1), ..Series::default() };
        let figures = Figures { variants: [(Variant::Floor.name(), series)].into(), ..Figures::default() };
        let row = "| hand-made floor | 2.00 | – | – | – | – | – | – | – / 2.10 |";
        assert_eq!(medians(&figures).lines().skip(2).collect::<Vec<_>>(), [row]);
        assert!(spread(&figures).contains("| hand-made floor | 2.00 / 3.00 / 3.00 | – |"));
    }
}
