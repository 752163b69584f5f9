//! The function's targets, and whether it meets them.

use std::fmt::Write;

use self::Bound::{AtLeast, AtMost, Below};
use crate::figures::{Figure, Figures};
use crate::several::SeveralSeries;
use crate::statistics::Summary;
use crate::table::number;
use crate::variant::Variant::{self, Chathooks, Floor, Naive, Node, Python};
use crate::worst;

/// A figure with its bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    what: String,
    bound: Bound,
    unit: &'static str,
    measured: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Target {
    /// Creates a target with a lower bound.
    #[must_use]
    pub fn at_least(what: String, bound: f64, unit: &'static str, measured: Option<f64>) -> Self {
        Self { what, bound: AtLeast(bound), unit, measured }
    }

    /// Whether the target is met; `None` if it was not measured.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        let measured = self.measured?;
        Some(match self.bound {
            AtLeast(bound) => measured >= bound,
            AtMost(bound) => measured <= bound,
            Below(bound) => measured < bound,
        })
    }
}

/// Returns all targets. Ratios compare the medians of one interleaved run.
#[must_use]
pub fn targets(figures: &Figures) -> Vec<Target> {
    let ratio = |figure: Figure, over: Variant, under: Variant| Some(figures.median(over, figure)? / figures.median(under, figure)?);
    let (first_128, start, warm): (Figure, Figure, Figure) =
        (|series| &series.first_128_ms, |series| &series.init_and_first_ms, |series| &series.warm_cpu_us);
    let mut targets = Vec::new();
    let mut add = |what: String, bound, unit, measured| targets.push(Target { what, bound, unit, measured });
    for (what, figure, leasts) in [
        ("first event at 128 MB, faster than", first_128, [100.0; 3]),
        ("init + first event, faster than", start, [9.0, 35.0, 55.0]),
        ("warm CPU, less than", warm, [2.2, 6.5, 5.0]),
    ] {
        for (other, least) in [Naive, Node, Python].into_iter().zip(leasts) {
            add(format!("{what} {}", other.label()), AtLeast(least), "x", ratio(figure, other, Chathooks));
        }
    }
    add("init + first event, relative to the floor".to_owned(), Below(1.0), "x", ratio(start, Chathooks, Floor));
    add("warm CPU, relative to the floor".to_owned(), AtMost(3.5), "x", ratio(warm, Chathooks, Floor));
    add("peak RSS".to_owned(), AtMost(6.5), "MB", figures.median(Chathooks, |series| &series.peak_rss_mb));
    for architecture in ["arm64", "x86_64"] {
        add(format!("zip, {architecture}"), AtMost(1.9), "MB", figures.zip_mb.get(architecture).copied());
    }
    let several = |count, figure: fn(&SeveralSeries) -> &[f64]| Some(Summary::of(figure(figures.several.get(&count)?))?.p50);
    let warm = |count| several(count, |series| &series.warm_cpu_ms);
    let ten = warm(10).zip(warm(1)).map(|(ten, one)| ten / one);
    add("warm CPU of 10 events in one request, relative to one event".to_owned(), AtMost(2.5), "x", ten);
    add("1,000 events in one request, at 128 MB".to_owned(), AtMost(1500.0), "ms", several(1_000, |series| &series.wall_128_ms));
    add("1,000 events in one request, peak RSS".to_owned(), AtMost(30.0), "MB", several(1_000, |series| &series.peak_rss_mb));
    let (cpu, memory) = worst::most(&figures.worst).unzip();
    add("the worst body, CPU".to_owned(), AtMost(100.0), "ms", cpu);
    add("the worst body, peak RSS".to_owned(), AtMost(96.0), "MB", memory);
    targets
}

/// Returns the targets as a Markdown table.
#[must_use]
pub fn markdown(targets: &[Target]) -> String {
    let mut table = "| figure | target | measured | |\n|---|---:|---:|---|\n".to_owned();
    for target in targets {
        let bound = match target.bound {
            AtLeast(bound) => format!("≥ {bound} {}", target.unit),
            AtMost(bound) => format!("≤ {bound} {}", target.unit),
            Below(bound) => format!("< {bound} {}", target.unit),
        };
        let measured = target.measured.map_or_else(|| "–".to_owned(), |measured| format!("{} {}", number(measured), target.unit));
        let verdict = match target.is_met() {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "not measured",
        };
        let _ = writeln!(table, "| {} | {bound} | {measured} | {verdict} |", target.what);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Series;

    fn figures(ours: f64, others: f64) -> Figures {
        let series = |value: f64| Series {
            first_128_ms: vec![value],
            init_and_first_ms: vec![value],
            warm_cpu_us: vec![value],
            ..Series::default()
        };
        let variants = [(Chathooks.name(), series(ours)), (Floor.name(), series(1.0)), (Naive.name(), series(others))];
        Figures { variants: variants.into(), ..Figures::default() }
    }

    fn verdict(figures: &Figures, what: &str) -> Option<bool> {
        targets(figures).iter().find(|target| target.what == what).unwrap().is_met()
    }

    #[test]
    fn a_ratio_meets_its_target_at_the_bound_and_not_beyond() {
        let first = "first event at 128 MB, faster than naive Rust";
        assert_eq!(verdict(&figures(1.0, 100.0), first), Some(true));
        assert_eq!(verdict(&figures(1.0, 99.9), first), Some(false));
        let warm = "warm CPU, relative to the floor";
        assert_eq!(verdict(&figures(3.5, 1.0), warm), Some(true));
        assert_eq!(verdict(&figures(3.6, 1.0), warm), Some(false));
        let start = "init + first event, relative to the floor";
        assert_eq!(verdict(&figures(0.99, 1.0), start), Some(true));
        assert_eq!(verdict(&figures(1.0, 1.0), start), Some(false));
    }

    #[test]
    fn a_missing_figure_is_neither_met_nor_missed() {
        let figures = figures(1.0, 1.0);
        assert_eq!(verdict(&figures, "peak RSS"), None);
        assert_eq!(verdict(&figures, "warm CPU, less than Node 22"), None);
        assert_eq!(verdict(&figures, "the worst body, CPU"), None);
        assert!(markdown(&targets(&figures)).contains("| peak RSS | ≤ 6.5 MB | – | not measured |"));
    }

    #[test]
    fn large_requests_and_the_worst_body_have_their_own_limits() {
        let series = |cpu: f64, wall: f64| SeveralSeries { warm_cpu_ms: vec![cpu], wall_128_ms: vec![wall], ..SeveralSeries::default() };
        let several = [(1, series(1.0, 1.0)), (10, series(2.6, 1.0)), (1_000, series(1.0, 1499.0))];
        let cost = worst::Cost { cpu_ms: vec![99.0], peak_rss_mb: vec![97.0] };
        let costs = [("kommo".to_owned(), [("arrays".to_owned(), cost)].into())];
        let figures = Figures { several: several.into(), worst: costs.into(), ..Figures::default() };
        assert_eq!(verdict(&figures, "warm CPU of 10 events in one request, relative to one event"), Some(false));
        assert_eq!(verdict(&figures, "1,000 events in one request, at 128 MB"), Some(true));
        assert_eq!(verdict(&figures, "the worst body, CPU"), Some(true));
        assert_eq!(verdict(&figures, "the worst body, peak RSS"), Some(false));
    }
}
