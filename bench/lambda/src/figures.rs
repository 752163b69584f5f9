//! All measurements, in the units of the tables.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::machine::Machine;
use crate::several::SeveralSeries;
use crate::statistics::Summary;
use crate::trial::{FullCore, Limited};
use crate::variant::Variant;
use crate::worst::Costs;

/// A run of the benchmark. Lists have one value per round, except the warm times, which have one per event.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Where and when the run took place.
    pub machine: Machine,
    /// The number of rounds.
    pub rounds: usize,
    /// The variants' figures by [`Variant::name`].
    pub variants: BTreeMap<&'static str, Series>,
    /// Requests with many events, by the number of events.
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
    /// Wall time from the start of the process to its first poll, with a whole core.
    pub init_ms: Vec<f64>,
    /// CPU time of init.
    pub init_cpu_ms: Vec<f64>,
    /// Wall time of the first event, with a whole core.
    pub first_ms: Vec<f64>,
    /// The sum of init and first event of the same process.
    pub init_and_first_ms: Vec<f64>,
    /// Wall time of the first event at the share of 128 MB.
    pub first_128_ms: Vec<f64>,
    /// CPU time of a warm event.
    pub warm_cpu_us: Vec<f64>,
    /// Wall time of warm events, with a whole core.
    pub warm_ms: Vec<f64>,
    /// Wall time of warm events at the share of 128 MB.
    pub warm_128_ms: Vec<f64>,
    /// Peak resident memory.
    pub peak_rss_mb: Vec<f64>,
    /// Size of the binary; `None` for a script.
    pub binary_mb: Option<f64>,
    /// Size of the zip that would be uploaded.
    pub zip_mb: Option<f64>,
}

impl Series {
    /// Adds the figures of a process with a whole core.
    pub fn add_full_core(&mut self, trial: &FullCore) {
        self.init_ms.push(milliseconds(trial.init));
        self.init_cpu_ms.push(milliseconds(trial.init_cpu));
        self.first_ms.push(milliseconds(trial.first));
        self.init_and_first_ms.push(milliseconds(trial.init + trial.first));
        self.warm_cpu_us.push(microseconds(trial.warm_cpu));
        self.warm_ms.extend(trial.warm.iter().copied().map(milliseconds));
        self.peak_rss_mb.push(trial.peak_memory as f64 / 1e6);
    }

    /// Adds the figures of a process with the share of 128 MB.
    pub fn add_limited(&mut self, trial: &Limited) {
        self.first_128_ms.push(milliseconds(trial.first));
        self.warm_128_ms.extend(trial.warm.iter().copied().map(milliseconds));
    }
}

impl Figures {
    /// Returns a variant's figures, if it was measured.
    #[must_use]
    pub fn of(&self, variant: Variant) -> Option<&Series> {
        self.variants.get(variant.name())
    }

    /// Returns the median of a variant's figure, if it was measured.
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
