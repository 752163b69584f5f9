//! The worst bodies that a webhook can receive, each sent to a new process of its function with a whole core.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use bench_inner::WORST;
use serde::Serialize;

use crate::figures::milliseconds;
use crate::statistics::Summary;
use crate::table::number;
use crate::trial::Bench;
use crate::variant::Program;

/// A body and its destination.
#[derive(Debug, Clone)]
pub struct Body {
    /// The function's name.
    pub function: String,
    /// The name in the figures: the kind of body and the path.
    pub name: String,
    /// The Lambda event.
    pub event: Vec<u8>,
}

/// Returns every kind of body at every path.
pub fn bodies() -> impl Iterator<Item = Body> {
    let all = WORST.iter().flat_map(|worst| worst.paths().map(move |path| (worst, path)));
    all.map(|(worst, path)| Body {
        function: path.split('/').nth(1).unwrap_or_default().to_owned(),
        name: format!("{} at {path}", worst.name),
        event: worst.event(&path),
    })
}

/// The cost of a body, one value per round.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cost {
    /// User and kernel CPU time from handing over the event to the response.
    pub cpu_ms: Vec<f64>,
    /// Peak resident memory.
    pub peak_rss_mb: Vec<f64>,
}

/// The costs by function and [`Body::name`].
pub type Costs = BTreeMap<String, BTreeMap<String, Cost>>;

impl Bench {
    /// Sends a body to a new process, and adds its cost.
    ///
    /// # Errors
    /// The process ends, or returns neither 200 nor the 400 of a quarantined body.
    pub async fn worst(&self, programs: &BTreeMap<&'static str, Program>, body: &Body, costs: &mut Costs) -> Result<()> {
        let program = programs.get(body.function.as_str()).context("a function without its program")?;
        let mut process = self.start(program).await?;
        let before = process.cpu_time()?;
        let is_wanted = |answer: &serde_json::Value| answer["statusCode"] == 200 || answer["statusCode"] == 400;
        process.invoke_for(&body.event, "200 or 400", is_wanted).await?;
        let cost = costs.entry(body.function.clone()).or_default().entry(body.name.clone()).or_default();
        cost.cpu_ms.push(milliseconds(process.cpu_time()?.saturating_sub(before)));
        cost.peak_rss_mb.push(process.peak_memory()? as f64 / 1e6);
        process.stop().await
    }
}

type Figure = fn(&Cost) -> &[f64];

const CPU: Figure = |cost| &cost.cpu_ms;
const MEMORY: Figure = |cost| &cost.peak_rss_mb;

/// Returns the largest median of these bodies, and the body's name.
fn largest(costs: &BTreeMap<String, Cost>, figure: Figure) -> Option<(f64, &str)> {
    let medians = costs.iter().filter_map(|(name, cost)| Some((Summary::of(figure(cost))?.p50, name.as_str())));
    medians.max_by(|(one, _), (other, _)| one.total_cmp(other))
}

/// Returns the largest medians over all functions: milliseconds of CPU, and MB.
#[must_use]
pub fn most(costs: &Costs) -> Option<(f64, f64)> {
    let of_all = |figure| costs.values().filter_map(|costs| largest(costs, figure)).map(|(median, _)| median).reduce(f64::max);
    of_all(CPU).zip(of_all(MEMORY))
}

/// Returns each function's costliest body by CPU and by memory, as a Markdown table.
#[must_use]
pub fn markdown(costs: &Costs) -> String {
    let mut table = "| function | most CPU | ms | most memory | peak RSS MB |\n|---|---|---:|---|---:|\n".to_owned();
    for (function, costs) in costs {
        let Some(((cpu, costliest), (memory, biggest))) = largest(costs, CPU).zip(largest(costs, MEMORY)) else { continue };
        let _ = writeln!(table, "| {function} | {costliest} | {} | {biggest} | {} |", number(cpu), number(memory));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_for_a_shipped_function() {
        let names: Vec<_> = functions::PROVIDERS.iter().map(|provider| provider.name).collect();
        let all: Vec<_> = WORST.iter().flat_map(bench_inner::Worst::paths).collect();
        assert!(all.len() > WORST.len());
        for path in all {
            assert!(names.contains(&path.split('/').nth(1).unwrap()), "{path}");
        }
    }

    #[test]
    fn the_worst_is_the_largest_median() {
        let cost = |cpu: [f64; 3], memory: f64| Cost { cpu_ms: cpu.to_vec(), peak_rss_mb: vec![memory] };
        let kommo = [("arrays", cost([1.0, 90.0, 2.0], 50.0)), ("digits", cost([9.0, 8.0, 7.0], 20.0))];
        let named = |costs: &[(&str, Cost)]| costs.iter().map(|(name, cost)| ((*name).to_owned(), cost.clone())).collect();
        let costs = Costs::from([("kommo".to_owned(), named(&kommo)), ("kore".to_owned(), named(&[("arrays", cost([3.0; 3], 60.0))]))]);
        assert_eq!(most(&costs), Some((8.0, 60.0)));
        assert_eq!(most(&Costs::new()), None);
        let rows = "| kommo | digits | 8.00 | arrays | 50.0 |\n| kore | arrays | 3.00 | arrays | 60.0 |\n";
        assert!(markdown(&costs).ends_with(rows), "{}", markdown(&costs));
    }
}
