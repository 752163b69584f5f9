//! All that was measured, in the units of the tables.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::machine::Machine;
use crate::several::SeveralSeries;
use crate::statistics::Summary;
use crate::trial::{FullCore, Limited};
use crate::variant::Variant;
use crate::worst::Costs;

/// A run of the benchmark. Lists have one value a round, but for the warm times, which have one an event.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Where and when.
    pub machine: Machine,
    /// How many rounds.
    pub rounds: usize,
    /// By [`Variant::name`].
    pub variants: BTreeMap<&'static str, Series>,
    /// Requests with several events, by their number.
    pub several: BTreeMap<usize, SeveralSeries>,
    /// The worst bodies.
    pub worst: Costs,
    /// MB of the shipped function's zip, by architecture.
    pub zip_mb: BTreeMap<&'static str, f64>,
}

/// One of the lists of a [`Series`].
pub type Figure = fn(&Series) -> &[f64];

/// The figures of one variant.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Series {
    /// From the start of the process to its first poll, whole core.
    pub init_ms: Vec<f64>,
    /// The CPU time of that.
    pub init_cpu_ms: Vec<f64>,
    /// The first event, whole core.
    pub first_ms: Vec<f64>,
    /// The sum of the two, of one process.
    pub init_and_first_ms: Vec<f64>,
    /// The first event at the share of 128 MB.
    pub first_128_ms: Vec<f64>,
    /// CPU time of a warm event.
    pub warm_cpu_us: Vec<f64>,
    /// Wall time of warm events, whole core.
    pub warm_ms: Vec<f64>,
    /// Wall time of warm events at the share of 128 MB.
    pub warm_128_ms: Vec<f64>,
    /// The most resident memory.
    pub peak_rss_mb: Vec<f64>,
    /// The program's file; none for a script.
    pub binary_mb: Option<f64>,
    /// What is uploaded.
    pub zip_mb: Option<f64>,
}

impl Series {
    /// Adds what a process with a whole core gave.
    pub fn add_full_core(&mut self, trial: &FullCore) {
        self.init_ms.push(milliseconds(trial.init));
        self.init_cpu_ms.push(milliseconds(trial.init_cpu));
        self.first_ms.push(milliseconds(trial.first));
        self.init_and_first_ms.push(milliseconds(trial.init + trial.first));
        self.warm_cpu_us.push(microseconds(trial.warm_cpu));
        self.warm_ms.extend(trial.warm.iter().copied().map(milliseconds));
        self.peak_rss_mb.push(trial.peak_memory as f64 / 1e6);
    }

    /// Adds what a process with the share of 128 MB gave.
    pub fn add_limited(&mut self, trial: &Limited) {
        self.first_128_ms.push(milliseconds(trial.first));
        self.warm_128_ms.extend(trial.warm.iter().copied().map(milliseconds));
    }
}

impl Figures {
    /// A variant's figures, if it was measured.
    #[must_use]
    pub fn of(&self, variant: Variant) -> Option<&Series> {
        self.variants.get(variant.name())
    }

    /// The median of a variant's figure, if it was measured.
    #[must_use]
    pub fn median(&self, variant: Variant, figure: Figure) -> Option<f64> {
        Some(Summary::of(figure(self.of(variant)?))?.p50)
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
