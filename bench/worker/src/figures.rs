//! All measurements, in the units of the tables.

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
    /// Where and when the run took place.
    pub machine: Machine,
    /// The number of rounds.
    pub rounds: usize,
    /// The variants' figures by [`Case::name`] and [`Variant::name`].
    pub cases: BTreeMap<&'static str, BTreeMap<&'static str, Series>>,
    /// The worker's figures with a receiver that is down, by [`Case::name`].
    pub failing: BTreeMap<&'static str, Series>,
}

/// One of the lists of a [`Series`].
pub type Figure = fn(&Series) -> &[f64];

/// The figures of one variant, one value per round.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Series {
    /// Events per second through one process.
    pub events_per_second: Vec<f64>,
    /// CPU time of an event.
    pub cpu_us: Vec<f64>,
    /// Peak resident memory.
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
    /// Adds the figures of a process.
    pub fn add(&mut self, case: Case, variant: Variant, trial: Trial) {
        self.cases.entry(case.name()).or_default().entry(variant.name()).or_default().add(trial);
    }

    /// Adds the figures of a worker process whose receiver was down.
    pub fn add_failing(&mut self, case: Case, trial: Trial) {
        self.failing.entry(case.name()).or_default().add(trial);
    }

    /// Returns a variant's figures, if it was measured.
    #[must_use]
    pub fn series(&self, case: Case, variant: Variant) -> Option<&Series> {
        self.cases.get(case.name())?.get(variant.name())
    }

    /// Returns the ratio of two variants' medians of a figure, `over` divided by `under`.
    #[must_use]
    pub fn ratio(&self, case: Case, figure: Figure, over: Variant, under: Variant) -> Option<f64> {
        let median = |variant| Some(Summary::of(figure(self.series(case, variant)?))?.p50);
        Some(median(over)? / median(under)?)
    }
}
