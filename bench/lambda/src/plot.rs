//! A bar plot of the medians on logarithmic scales, one panel per figure, readable on light and dark backgrounds.

use std::fmt::Write;

use crate::figures::{Figure, Figures};
use crate::table::number;
use crate::variant::Variant;

const WIDTH: f64 = 960.0;
const PANEL_WIDTH: f64 = 460.0;
const LABEL_WIDTH: f64 = 176.0;
const VALUE_WIDTH: f64 = 56.0;
const BAR: f64 = 20.0;
const ROW: f64 = 28.0;
const TITLE: f64 = 34.0;
const GAP: f64 = 26.0;

const PANELS: [(&str, Figure); 4] = [
    ("First event at a 128 MB CPU share, ms", |series| &series.first_128_ms),
    ("Init + first event, whole core, ms", |series| &series.init_and_first_ms),
    ("CPU of a warm event, µs", |series| &series.warm_cpu_us),
    ("Peak memory, MB", |series| &series.peak_rss_mb),
];

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\
.title{font-weight:600}.tick{font-size:11px;fill:#59636e}.grid{stroke:#d1d9e0}\
.bar{fill:#9aa4af}.ours{fill:#0969da}.floor{fill:none;stroke:#59636e;stroke-dasharray:4 3}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.tick{fill:#9198a1}.grid{stroke:#3d444d}\
.bar{fill:#656c76}.ours{fill:#4493f8}.floor{stroke:#9198a1}}";

/// Returns the SVG, without the panels for which nothing was measured.
#[must_use]
pub fn svg(figures: &Figures) -> String {
    let panels: Vec<_> = PANELS.iter().filter_map(|(title, figure)| Some((*title, bars(figures, *figure)?))).collect();
    let rows = panels.iter().map(|(_, bars)| bars.len()).max().unwrap_or_default();
    let panel_height = TITLE + ROW * rows as f64 + GAP + 10.0;
    let height = panel_height * panels.len().div_ceil(2) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Chathooks compared with its baselines, medians, logarithmic scales; shorter is better</title>\n<style>{STYLE}</style>\n"
    );
    for (index, (title, bars)) in panels.iter().enumerate() {
        let (x, y) = ((index % 2) as f64 * (WIDTH - PANEL_WIDTH), (index / 2) as f64 * panel_height);
        panel(&mut svg, x, y, title, bars);
    }
    svg + "</svg>\n"
}

fn bars(figures: &Figures, figure: Figure) -> Option<Vec<(Variant, f64)>> {
    let bars: Vec<_> = Variant::ALL.into_iter().filter_map(|variant| Some((variant, figures.median(variant, figure)?))).collect();
    (!bars.is_empty()).then_some(bars)
}

fn panel(svg: &mut String, x: f64, y: f64, title: &str, bars: &[(Variant, f64)]) {
    let (first, last) = decades(bars.iter().map(|(_, value)| *value));
    let scale = |value: f64| {
        let part = (value.log10() - f64::from(first)) / f64::from(last - first);
        part * (PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH)
    };
    let left = x + LABEL_WIDTH;
    let (top, bottom) = (y + TITLE, y + TITLE + ROW * bars.len() as f64);
    let _ = writeln!(svg, "<text class=\"title\" x=\"{x}\" y=\"{:.1}\">{title}</text>", y + 18.0);
    for decade in first..=last {
        let (value, at) = (10_f64.powi(decade), left + scale(10_f64.powi(decade)));
        let _ = writeln!(svg, "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>", top - 2.0);
        let _ = writeln!(svg, "<text class=\"tick\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{:.1}\">{value}</text>", bottom + 14.0);
    }
    for (row, (variant, value)) in bars.iter().enumerate() {
        let (at, width) = (top + ROW * row as f64 + (ROW - BAR) / 2.0, scale(*value));
        let class = match variant {
            Variant::Chathooks => "ours",
            Variant::Floor | Variant::FloorOneRoot => "floor",
            _ => "bar",
        };
        let (middle, label) = (at + BAR / 2.0 + 4.5, variant.label());
        let _ = writeln!(svg, "<text text-anchor=\"end\" x=\"{:.1}\" y=\"{middle:.1}\">{label}</text>", left - 8.0);
        let _ = writeln!(svg, "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{at:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>");
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{middle:.1}\">{}</text>", left + width + 6.0, number(*value));
    }
}

/// Returns the powers of ten around the values, with room for a visible bar for the smallest one.
fn decades(values: impl Iterator<Item = f64> + Clone) -> (i32, i32) {
    let smallest = values.clone().fold(f64::INFINITY, f64::min);
    let largest = values.fold(f64::MIN_POSITIVE, f64::max);
    let first = (smallest * 0.8).log10().floor() as i32;
    (first, (largest.log10().ceil() as i32).max(first + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Series;

    #[test]
    fn the_scale_has_room_for_all_values() {
        assert_eq!(decades([0.7, 609.0].into_iter()), (-1, 3));
        assert_eq!(decades([1.0, 10.0].into_iter()), (-1, 1));
        assert_eq!(decades([5.0].into_iter()), (0, 1));
    }

    #[test]
    fn a_bar_with_ten_times_the_value_is_one_decade_longer() {
        let series = |value: f64| Series { warm_cpu_us: vec![value], ..Series::default() };
        let variants =
            [(Variant::Floor.name(), series(20.0)), (Variant::Node.name(), series(200.0)), (Variant::Python.name(), series(2000.0))];
        let svg = svg(&Figures { variants: variants.into(), ..Figures::default() });
        let widths: Vec<f64> = svg
            .split("<rect")
            .skip(1)
            .map(|bar| bar.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!((widths[1] - widths[0] - (widths[2] - widths[1])).abs() < 0.2, "{widths:?}");
        assert_eq!(svg.matches("class=\"title\"").count(), 1);
    }
}
