//! The figures as Markdown tables.

use std::fmt::Write;

use crate::figures::{Figure, Figures, Series};
use crate::statistics::Summary;
use crate::variant::Variant;

type Column = (&'static str, Figure);

/// The columns that both tables have.
const COLUMNS: [Column; 7] = [
    ("init ms", |series| &series.init_ms),
    ("first event ms", |series| &series.first_ms),
    ("first at 128 MB ms", |series| &series.first_128_ms),
    ("init + first ms", |series| &series.init_and_first_ms),
    ("warm CPU µs", |series| &series.warm_cpu_us),
    ("warm wall ms", |series| &series.warm_ms),
    ("peak RSS MB", |series| &series.peak_rss_mb),
];

/// A column of only the second table: the part of the init time that depends least on other load on the machine.
const INIT_CPU: Column = ("init CPU ms", |series| &series.init_cpu_ms);

/// Returns the medians and the sizes, one row per variant.
#[must_use]
pub fn medians(figures: &Figures) -> String {
    let median = |summary: Summary| number(summary.p50);
    let size = |size: Option<f64>| size.map_or_else(|| "–".to_owned(), number);
    let sizes = |series: &Series| format!(" {} / {} |", size(series.binary_mb), size(series.zip_mb));
    table(figures, "", &COLUMNS, median, Some(("binary / zip MB", &sizes)))
}

/// Returns median, p90 and p99 of each figure, one row per variant.
#[must_use]
pub fn spread(figures: &Figures) -> String {
    let all = |Summary { p50, p90, p99, .. }: Summary| [p50, p90, p99].map(number).join(" / ");
    let columns: Vec<_> = COLUMNS.into_iter().chain([INIT_CPU]).collect();
    table(figures, "p50 / p90 / p99", &columns, all, None)
}

type LastColumn<'a> = (&'static str, &'a dyn Fn(&Series) -> String);

/// Returns a table without the columns for which nothing was measured.
fn table(figures: &Figures, corner: &str, columns: &[Column], cell: impl Fn(Summary) -> String, last: Option<LastColumn<'_>>) -> String {
    let rows: Vec<_> = Variant::ALL.into_iter().filter_map(|variant| Some((variant, figures.of(variant)?))).collect();
    let measured = |(_, figure): &&Column| rows.iter().any(|(_, series)| !figure(series).is_empty());
    let columns: Vec<_> = columns.iter().filter(measured).collect();
    let titles = columns.iter().map(|(title, _)| *title).chain(last.map(|(title, _)| title));
    let mut table = format!("| {corner} |");
    table.extend(titles.clone().map(|title| format!(" {title} |")));
    table += "\n|---|";
    table.extend(titles.map(|_| "---:|"));
    for (variant, series) in &rows {
        let _ = write!(table, "\n| {} |", variant.label());
        for (_, figure) in &columns {
            let _ = write!(table, " {} |", Summary::of(figure(series)).map_or_else(|| "–".to_owned(), &cell));
        }
        table += &last.map(|(_, cell)| cell(series)).unwrap_or_default();
    }
    table + "\n"
}

/// Formats a number with about three significant digits.
#[must_use]
pub fn number(value: f64) -> String {
    let decimals = match value.abs() {
        above if above >= 99.95 => 0,
        above if above >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        let texts = [0.284, 9.99, 9.996, 99.94, 99.96, 609.4].map(number);
        assert_eq!(texts, ["0.28", "9.99", "10.0", "99.9", "100", "609"]);
    }

    #[test]
    fn a_missing_figure_is_a_dash_and_a_column_without_figures_is_left_out() {
        let floor = Series { init_ms: vec![3.0, 1.0, 2.0], init_cpu_ms: vec![0.5], zip_mb: Some(2.1), ..Series::default() };
        let node = Series { first_ms: vec![36.0], ..Series::default() };
        let variants = [(Variant::Floor.name(), floor), (Variant::Node.name(), node)];
        let figures = Figures { variants: variants.into(), ..Figures::default() };
        let expected = "|  | init ms | first event ms | binary / zip MB |\n|---|---:|---:|---:|\n\
                        | hand-made floor | 2.00 | – | – / 2.10 |\n| Node 22 | – | 36.0 | – / – |\n";
        assert_eq!(medians(&figures), expected);
        let floor = "| hand-made floor | 2.00 / 3.00 / 3.00 | – | 0.50 / 0.50 / 0.50 |\n";
        assert!(spread(&figures).ends_with(&format!("{floor}| Node 22 | – | 36.0 / 36.0 / 36.0 | – |\n")));
    }
}
