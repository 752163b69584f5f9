//! A whole run, round by round. Each round measures every variant, in rotating order.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::build::{Built, megabytes};
use crate::event;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::progress::{Progress, step};
use crate::several::COUNTS;
use crate::trial::Bench;
use crate::variant::Variant;
use crate::worst;

/// The rounds for the worst bodies. There are many of them and their cost varies little, so a median of three is enough.
const WORST_ROUNDS: usize = 3;

/// Measures the built programs.
///
/// # Errors
/// A process fails.
pub async fn measure(bench: &Bench, built: &Built, machine: Machine, rounds: usize) -> Result<Figures> {
    let event = event::kommo_text()?;
    let has_functions = built.programs.contains_key(&Variant::Chathooks);
    let several = COUNTS.map(|count| Ok((count, event::kore_callback(count)?))).into_iter().collect::<Result<Vec<_>>>()?;
    let several = if has_functions { several.as_slice() } else { &[] };
    let worst: Vec<_> = worst::bodies().filter(|_| has_functions).collect();
    let worst_rounds = rounds.min(WORST_ROUNDS);
    let mut figures = Figures { machine, rounds, ..Figures::default() };
    let mut programs: Vec<_> = built.programs.iter().collect();
    let a_round = programs.len() * if bench.can_limit { 2 } else { 1 } + several.len();
    let mut progress = Progress::new(rounds * a_round + worst_rounds * worst.len());
    step(&format!("measuring, {rounds} rounds"));
    for _ in 0..rounds {
        for (variant, program) in &programs {
            let series = figures.variants.entry(variant.name()).or_default();
            series.add_full_core(&bench.full_core(program, &event).await.with_context(|| program.name.clone())?);
            progress.done(&program.name);
            if bench.can_limit {
                series.add_limited(&bench.limited(program, &event).await.with_context(|| program.name.clone())?);
                progress.done(&format!("{} at 128 MB", program.name));
            }
        }
        for (count, request) in several {
            let trial = bench.several(&built.functions["kore"], request, *count).await;
            figures.several.entry(*count).or_default().add(&trial.with_context(|| format!("kore, {count} events"))?);
            progress.done(&format!("kore, {count} events"));
        }
        programs.rotate_left(1);
    }
    for _ in 0..worst_rounds {
        for body in &worst {
            bench.worst(&built.functions, body, &mut figures.worst).await.with_context(|| body.name.clone())?;
            progress.done(&body.name);
        }
    }
    for (variant, (file, zip)) in &built.files {
        let series = figures.variants.entry(variant.name()).or_default();
        series.binary_mb = file.as_deref().map(megabytes).transpose()?;
        series.zip_mb = Some(megabytes(zip)?);
    }
    if has_functions {
        let sizes = built.zips.iter().map(|(architecture, zip)| Ok((*architecture, megabytes(zip)?)));
        figures.zip_mb = sizes.collect::<Result<BTreeMap<_, _>>>()?;
    }
    Ok(figures)
}
