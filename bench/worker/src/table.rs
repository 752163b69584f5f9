//! The figures as Markdown tables.

use std::fmt::Write;

use bench_lambda::statistics::Summary;
use bench_lambda::table::number;
use bench_lambda::targets::{self, Target};

use crate::figures::{Figure, Figures};
use crate::load::Case;
use crate::variant::Variant;

const CPU: Figure = |series| &series.cpu_us;
const RATE: Figure = |series| &series.events_per_second;
const MEMORY: Figure = |series| &series.peak_rss_mb;

/// How many times the worker's CPU a baseline has to need.
const LEAST_CPU: f64 = 5.0;

/// Medians with the 90th percentile of CPU, and ratios to the worker; one row a case and variant.
#[must_use]
pub fn markdown(figures: &Figures) -> String {
    let mut table = "|  |  | events a second | CPU µs an event | p90 | CPU, as a multiple | peak RSS MB |\n\
                     |---|---|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for case in Case::ALL {
        for variant in Variant::ALL {
            let Some(cpu) = figures.summary(case, variant, CPU) else { continue };
            let median = |summary: Option<Summary>| summary.map_or_else(|| "–".to_owned(), |summary| number(summary.p50));
            let multiple = figures.ratio(case, CPU, variant, Variant::Chathooks);
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} |",
                case.label(),
                variant.label(),
                median(figures.summary(case, variant, RATE)),
                number(cpu.p50),
                number(cpu.p90),
                multiple.map_or_else(|| "–".to_owned(), number),
                median(figures.summary(case, variant, MEMORY)),
            );
        }
    }
    table
}

/// What the worker is to reach, and whether it does, as a Markdown table.
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
    fn ratios_are_those_of_the_medians() {
        let mut figures = Figures::default();
        for (variant, cpu) in [(Variant::Chathooks, 100), (Variant::Node, 500), (Variant::Python, 499)] {
            for factor in [1, 1, 9] {
                let trial = Trial { cpu: Duration::from_micros(cpu * factor), events_per_second: 2000.0, peak_memory: 7_000_000 };
                figures.add(Case::Fifo, variant, trial);
            }
        }
        let table = markdown(&figures);
        assert!(table.contains("| FIFO queue, batches of 1 | Node 22 | 2000 | 500 | 4500 | 5.00 | 7.00 |"), "{table}");
        assert!(!table.contains("standard queue"), "{table}");
        let targets = targets(&figures);
        assert!(targets.contains("| CPU, less than Node 22: FIFO queue, batches of 1 | ≥ 5 x | 5.00 x | met |"), "{targets}");
        assert!(targets.contains("| CPU, less than Python 3: FIFO queue, batches of 1 | ≥ 5 x | 4.99 x | **not met** |"), "{targets}");
        assert!(targets.contains("| CPU, less than Node 22: standard queue, batches of 10 | ≥ 5 x | – | not measured |"), "{targets}");
    }
}
