//! What the function is to reach, and whether it does.

use std::fmt::Write;

use crate::figures::{Figure, Figures};
use crate::statistics::Summary;
use crate::table::number;
use crate::variant::Variant::{self, Chathooks, Floor, Naive, Node, Python};

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
}

impl Target {
    /// A figure that is to be so high at least.
    #[must_use]
    pub fn at_least(what: String, bound: f64, unit: &'static str, measured: Option<f64>) -> Self {
        Self { what, bound: Bound::AtLeast(bound), unit, measured }
    }

    /// Whether it is met; `None` where it was not measured.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        let measured = self.measured?;
        Some(match self.bound {
            Bound::AtLeast(bound) => measured >= bound,
            Bound::AtMost(bound) => measured <= bound,
        })
    }
}

/// All targets. Ratios are those of the medians of one interleaved run.
#[must_use]
pub fn targets(figures: &Figures) -> Vec<Target> {
    let ratio = |figure: Figure, over: Variant, under: Variant| Some(figures.median(over, figure)? / figures.median(under, figure)?);
    let mut targets = Vec::new();
    let mut add = |what: String, bound, unit, measured| targets.push(Target { what, bound, unit, measured });
    for (other, least) in [(Naive, 100.0), (Node, 100.0), (Python, 100.0)] {
        let what = format!("first event at 128 MB, faster than {}", other.label());
        add(what, Bound::AtLeast(least), "x", ratio(|series| &series.first_128_ms, other, Chathooks));
    }
    for (other, least) in [(Naive, 6.0), (Node, 25.0), (Python, 25.0)] {
        let what = format!("init + first event, faster than {}", other.label());
        add(what, Bound::AtLeast(least), "x", ratio(|series| &series.init_and_first_ms, other, Chathooks));
    }
    let what = "init + first event, against the floor".to_owned();
    add(what, Bound::AtMost(1.6), "x", ratio(|series| &series.init_and_first_ms, Chathooks, Floor));
    add("warm CPU, against the floor".to_owned(), Bound::AtMost(3.0), "x", ratio(|series| &series.warm_cpu_us, Chathooks, Floor));
    for (other, least) in [(Naive, 2.0), (Node, 5.0), (Python, 5.0)] {
        let what = format!("warm CPU, less than {}", other.label());
        add(what, Bound::AtLeast(least), "x", ratio(|series| &series.warm_cpu_us, other, Chathooks));
    }
    add("peak RSS".to_owned(), Bound::AtMost(8.0), "MB", figures.median(Chathooks, |series| &series.peak_rss_mb));
    for architecture in ["arm64", "x86_64"] {
        add(format!("zip, {architecture}"), Bound::AtMost(2.5), "MB", figures.zip_mb.get(architecture).copied());
    }
    let ten = Summary::of(&figures.ten_events_us).zip(Summary::of(&figures.one_event_us));
    let ten = ten.map(|(ten, one)| ten.p50 / one.p50);
    add("CPU of ten events in one request, against one (kore)".to_owned(), Bound::AtMost(2.5), "x", ten);
    targets
}

/// The targets as a Markdown table.
#[must_use]
pub fn markdown(targets: &[Target]) -> String {
    let mut table = "| figure | target | measured | |\n|---|---:|---:|---|\n".to_owned();
    for target in targets {
        let bound = match target.bound {
            Bound::AtLeast(bound) => format!("≥ {bound} {}", target.unit),
            Bound::AtMost(bound) => format!("≤ {bound} {}", target.unit),
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
        let series = |value: f64| Series { first_128_ms: vec![value], warm_cpu_us: vec![value], ..Series::default() };
        let variants = [(Chathooks.name(), series(ours)), (Floor.name(), series(1.0)), (Naive.name(), series(others))];
        Figures { variants: variants.into(), ..Figures::default() }
    }

    fn verdict(figures: &Figures, what: &str) -> Option<bool> {
        targets(figures).iter().find(|target| target.what == what).unwrap().is_met()
    }

    #[test]
    fn a_ratio_is_met_on_its_bound_and_not_beyond() {
        let first = "first event at 128 MB, faster than naive Rust";
        assert_eq!(verdict(&figures(1.0, 100.0), first), Some(true));
        assert_eq!(verdict(&figures(1.0, 99.9), first), Some(false));
        let warm = "warm CPU, against the floor";
        assert_eq!(verdict(&figures(3.0, 1.0), warm), Some(true));
        assert_eq!(verdict(&figures(3.1, 1.0), warm), Some(false));
    }

    #[test]
    fn what_was_not_measured_is_neither() {
        let figures = figures(1.0, 1.0);
        assert_eq!(verdict(&figures, "peak RSS"), None);
        assert_eq!(verdict(&figures, "warm CPU, less than Node 22"), None);
        assert!(markdown(&targets(&figures)).contains("| peak RSS | ≤ 8 MB | – | not measured |"));
    }
}
