//! The committed budgets, and the figures that exceed them.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Figures by name.
pub type Figures = BTreeMap<String, u64>;

/// By how many percent a figure can exceed its budget: room for another compiler, but not for another copy of the body.
const TOLERANCE: u64 = 5;

const HEAD: &str = "# Bytes of each function, and instructions per event, as last accepted with `UPDATE=1 make budgets`.\n\
                    # docs/performance.md explains the names.\n\n";

/// The file with the budgets.
pub struct Budget {
    figures: Figures,
}

impl Budget {
    /// Reads the file.
    ///
    /// # Panics
    /// The file has something other than one number per figure.
    #[must_use]
    pub fn read() -> Self {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        Self { figures: toml::from_str(&text).expect("bench/budgets.toml has one number per figure") }
    }

    /// Writes the measured figures as budgets; keeps the budgets of figures that were not measured.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn write(mut self, measured: Figures) {
        self.figures.extend(measured);
        let text = toml::to_string(&self.figures).expect("numbers");
        std::fs::write(path(), format!("{HEAD}{text}")).expect("bench/budgets.toml can be written");
    }

    /// Prints each figure with its growth over the budget, and returns a line for each figure that exceeds its budget or has none.
    #[must_use]
    pub fn compare(&self, measured: &Figures) -> Vec<String> {
        let mut over = Vec::new();
        for (name, figure) in measured {
            let Some(budget) = self.figures.get(name) else {
                over.push(format!("{name} is {figure} and has no budget"));
                continue;
            };
            let growth = *figure as f64 / *budget as f64 - 1.0;
            println!("{name:45} {figure:>12} {:+7.2} %", growth * 100.0);
            if figure * 100 > budget * (100 + TOLERANCE) {
                over.push(format!("{name} is {figure}, {:.1} % over its budget of {budget}", growth * 100.0));
            }
        }
        over
    }
}

fn path() -> PathBuf {
    testkit::workspace().join("bench/budgets.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_more_than_five_percent_over_or_without_a_budget_is_reported() {
        let figures = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect::<Figures>();
        let budget = Budget { figures: figures(&[("a", 1000), ("b", 1000), ("c", 1000)]) };
        assert!(budget.compare(&figures(&[("a", 1050), ("b", 1)])).is_empty());
        let over = budget.compare(&figures(&[("a", 1051), ("new", 1)]));
        assert_eq!(over, ["a is 1051, 5.1 % over its budget of 1000", "new is 1 and has no budget"]);
    }
}
