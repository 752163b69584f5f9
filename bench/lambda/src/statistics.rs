//! Medians and percentiles.

use serde::Serialize;

/// A figure over all rounds, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The number of values.
    pub count: usize,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
}

impl Summary {
    /// Summarizes values; `None` if there are none.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (middle, last) = (sorted.len() / 2, sorted.len().checked_sub(1)?);
        let p50 = if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[middle - 1], sorted[middle]) } else { sorted[middle] };
        // The nearest rank: the smallest value that at least this percentage of the values does not exceed.
        let rank = |percent: usize| sorted[((sorted.len() * percent).div_ceil(100) - 1).min(last)];
        Some(Self { count: sorted.len(), p50, p90: rank(90), p99: rank(99) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(Summary::of(&hundred), Some(Summary { count: 100, p50: 50.5, p90: 90.0, p99: 99.0 }));
        assert_eq!(Summary::of(&[3.0, 1.0, 2.0]), Some(Summary { count: 3, p50: 2.0, p90: 3.0, p99: 3.0 }));
        assert_eq!(Summary::of(&[7.0]), Some(Summary { count: 1, p50: 7.0, p90: 7.0, p99: 7.0 }));
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        let summary = Summary::of(&[1.0, 1.0, 1.0, 1.0, 1000.0]).unwrap();
        assert_eq!((summary.p50, summary.p99), (1.0, 1000.0));
    }
}
