//! The figures as Markdown tables.

use std::fmt::Write;

use bench_lambda::statistics::Summary;
use bench_lambda::table::number;
use bench_lambda::targets::{self, Target};

use crate::figures::{Figure, Figures, Series};
use crate::load::Case;
use crate::variant::Variant;

const CPU: Figure = |series| &series.cpu_us;
const RATE: Figure = |series| &series.events_per_second;
const MEMORY: Figure = |series| &series.peak_rss_mb;

/// The target: how many times as much CPU as the worker each baseline needs.
const LEAST_CPU: f64 = 5.0;

/// Returns medians, the 90th percentile of CPU, and ratios to the worker, one row per case and variant.
#[must_use]
pub fn markdown(figures: &Figures) -> String {
    let mut table = "|  |  | events per second | CPU µs per event | p90 | CPU, as a multiple | peak RSS MB |\n\
                     |---|---|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for case in Case::ALL {
        for variant in Variant::ALL {
            let Some(series) = figures.series(case, variant) else { continue };
            row(&mut table, case, variant.label(), series, figures.ratio(case, CPU, variant, Variant::Chathooks));
        }
        if let Some(series) = figures.failing.get(case.name()) {
            let delivered = figures.series(case, Variant::Chathooks);
            let multiple = Summary::of(CPU(series)).zip(delivered.and_then(|series| Summary::of(CPU(series))));
            let label = format!("{}, receiver down", Variant::Chathooks.label());
            row(&mut table, case, &label, series, multiple.map(|(failed, delivered)| failed.p50 / delivered.p50));
        }
    }
    table
}

fn row(table: &mut String, case: Case, label: &str, series: &Series, multiple: Option<f64>) {
    let of = |figure: Figure, value: fn(Summary) -> f64| Summary::of(figure(series)).map(value);
    let cells = [of(RATE, |rate| rate.p50), of(CPU, |cpu| cpu.p50), of(CPU, |cpu| cpu.p90), multiple, of(MEMORY, |memory| memory.p50)];
    let cells = cells.map(|cell| cell.map_or_else(|| "–".to_owned(), number)).join(" | ");
    let _ = writeln!(table, "| {} | {label} | {cells} |", case.label());
}

/// Returns the worker's targets, and whether it meets them, as a Markdown table.
#[must_use]
pub fn targets(figures: &Figures) -> String {
    let pairs = Case::ALL.into_iter().flat_map(|case| [Variant::Node, Variant::Python].map(|other| (case, other)));
    let target = |(case, other): (Case, Variant)| {
        let what = format!("CPU, less than {}: {}", other.label(), case.label());
        Target::at_least(what, LEAST_CPU, "x", figures.ratio(case, CPU, other, Variant::Chathooks))
    };
    targets::markdown(&pairs.map(target).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::trial::Trial;

    #[test]
    fn ratios_compare_the_medians() {
        let mut figures = Figures::default();
        for (variant, cpu) in [(Variant::Chathooks, 100), (Variant::Node, 500), (Variant::Python, 499)] {
            for factor in [1, 1, 9] {
                let trial = Trial { cpu: Duration::from_micros(cpu * factor), events_per_second: 2000.0, peak_memory: 7_000_000 };
                figures.add(Case::Fifo, variant, trial);
            }
        }
        figures.add_failing(Case::Fifo, Trial { cpu: Duration::from_micros(150), events_per_second: 900.0, peak_memory: 8_000_000 });
        let table = markdown(&figures);
        assert!(table.contains("| FIFO queue, batches of 1 | Node 22 | 2000 | 500 | 4500 | 5.00 | 7.00 |"), "{table}");
        assert!(
            table.contains("| FIFO queue, batches of 1 | Chathooks (worker), receiver down | 900 | 150 | 150 | 1.50 | 8.00 |"),
            "{table}"
        );
        assert!(!table.contains("standard queue"), "{table}");
        let targets = targets(&figures);
        assert!(targets.contains("| CPU, less than Node 22: FIFO queue, batches of 1 | ≥ 5 x | 5.00 x | met |"), "{targets}");
        assert!(targets.contains("| CPU, less than Python 3: FIFO queue, batches of 1 | ≥ 5 x | 4.99 x | **not met** |"), "{targets}");
        assert!(targets.contains("| CPU, less than Node 22: standard queue, batches of 10 | ≥ 5 x | – | not measured |"), "{targets}");
    }
}
