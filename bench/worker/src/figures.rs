//! All that was measured, in the units of the tables.

use std::collections::BTreeMap;

use bench_lambda::machine::Machine;
use bench_lambda::statistics::Summary;
use serde::Serialize;

use crate::load::Case;
use crate::trial::Trial;
use crate::variant::Variant;

/// A run of the benchmark.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Where and when.
    pub machine: Machine,
    /// How many rounds.
    pub rounds: usize,
    /// By [`Case::name`] and [`Variant::name`].
    pub cases: BTreeMap<&'static str, BTreeMap<&'static str, Series>>,
}

/// One of the lists of a [`Series`].
pub type Figure = fn(&Series) -> &[f64];

/// The figures of one variant, one value a round.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Series {
    /// Events in a second, through one process.
    pub events_per_second: Vec<f64>,
    /// CPU time of an event.
    pub cpu_us: Vec<f64>,
    /// The most resident memory.
    pub peak_rss_mb: Vec<f64>,
}

impl Figures {
    /// Adds what a process gave.
    pub fn add(&mut self, case: Case, variant: Variant, trial: Trial) {
        let series = self.cases.entry(case.name()).or_default().entry(variant.name()).or_default();
        series.events_per_second.push(trial.events_per_second);
        series.cpu_us.push(trial.cpu.as_secs_f64() * 1e6);
        series.peak_rss_mb.push(trial.peak_memory as f64 / 1e6);
    }

    /// What became of a variant's figure, if it was measured.
    #[must_use]
    pub fn summary(&self, case: Case, variant: Variant, figure: Figure) -> Option<Summary> {
        Summary::of(figure(self.cases.get(case.name())?.get(variant.name())?))
    }

    /// How many times as much of a figure one variant has as another, by the medians.
    #[must_use]
    pub fn ratio(&self, case: Case, figure: Figure, over: Variant, under: Variant) -> Option<f64> {
        Some(self.summary(case, over, figure)?.p50 / self.summary(case, under, figure)?.p50)
    }
}
