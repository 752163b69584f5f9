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
    /// The worker's, with a receiver that is down; by [`Case::name`].
    pub failing: BTreeMap<&'static str, Series>,
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

impl Series {
    fn add(&mut self, trial: Trial) {
        self.events_per_second.push(trial.events_per_second);
        self.cpu_us.push(trial.cpu.as_secs_f64() * 1e6);
        self.peak_rss_mb.push(trial.peak_memory as f64 / 1e6);
    }
}

impl Figures {
    /// Adds what a process gave.
    pub fn add(&mut self, case: Case, variant: Variant, trial: Trial) {
        self.cases.entry(case.name()).or_default().entry(variant.name()).or_default().add(trial);
    }

    /// Adds what a process of the worker gave, whose receiver was down.
    pub fn add_failing(&mut self, case: Case, trial: Trial) {
        self.failing.entry(case.name()).or_default().add(trial);
    }

    /// A variant's figures, if it was measured.
    #[must_use]
    pub fn series(&self, case: Case, variant: Variant) -> Option<&Series> {
        self.cases.get(case.name())?.get(variant.name())
    }

    /// How many times as much of a figure one variant has as another, by the medians.
    #[must_use]
    pub fn ratio(&self, case: Case, figure: Figure, over: Variant, under: Variant) -> Option<f64> {
        let median = |variant| Some(Summary::of(figure(self.series(case, variant)?))?.p50);
        Some(median(over)? / median(under)?)
    }
}
