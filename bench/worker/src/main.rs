//! `cargo bench-worker`: builds the worker and its baselines, measures them, and writes the figures into the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::sync::atomic::AtomicUsize;

use anyhow::{Context, Result};
use bench_lambda::certificates::{Chain, Roots};
use bench_lambda::cpu::Group;
use bench_lambda::machine::Machine;
use bench_lambda::page;
use bench_lambda::progress::{self, Progress, step};
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::variant::Program;
use bench_lambda::workshop::Workshop;
use bench_worker::figures::Figures;
use bench_worker::load::{Case, Load};
use bench_worker::receiver::Receiver;
use bench_worker::table;
use bench_worker::trial::{Bench, Length};
use bench_worker::variant::{Variant, versions};
use clap::Parser;

/// Measures events per second and CPU per event of the worker, and of baselines that do the same work.
///
/// Builds the worker as it ships and the baselines with their pinned packages, runs each in turn with a Lambda Runtime
/// API that hands over batches of SQS messages and with a fast receiver, and writes docs/benchmark.md, and the raw figures
/// to target/bench/worker.json.
#[derive(Debug, Parser)]
#[command(
    name = "cargo bench-worker",
    after_help = "Example, a first look without writing any page:\n  cargo bench-worker --rounds 3 --only chathooks"
)]
struct Arguments {
    /// How often each variant is started and measured with each kind of batch
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Measure only this variant, and print the table without writing a page; can be repeated
    #[arg(long, value_name = "VARIANT")]
    only: Vec<Variant>,
    /// Use the programs that an earlier run has built
    #[arg(long)]
    skip_build: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    progress::until_interrupted(run(&Arguments::parse())).await
}

async fn run(arguments: &Arguments) -> Result<()> {
    let root = testkit::workspace();
    let workshop = Workshop::new(&root)?;
    let wanted = |variant: &Variant| arguments.only.is_empty() || arguments.only.contains(variant);
    let variants: Vec<Variant> = Variant::ALL.into_iter().filter(wanted).collect();
    if !arguments.skip_build {
        variants.iter().try_for_each(|variant| variant.build(&workshop))?;
    }
    let programs = variants.into_iter().map(|variant| Ok((variant, variant.program(&workshop)?))).collect::<Result<BTreeMap<_, _>>>()?;
    let machine = Machine { versions: versions(&workshop, &programs)?, ..Machine::here() };
    let chain = Chain::make()?;
    let roots = workshop.target().join("roots.pem");
    let machine = Machine { roots: chain.write(Roots::System, &roots)?, ..machine };
    let bench = Bench {
        sqs: SqsEndpoint::start(&chain).await?,
        roots,
        receiver: Receiver::start().await?,
        load: Load::new()?,
        logs: workshop.target().join("logs"),
        can_group: Group::make().is_ok(),
        length: Length::FULL,
        next: AtomicUsize::new(1),
    };
    let figures = measure(&bench, &programs, machine, usize::from(arguments.rounds)).await?;
    fs::write(workshop.target().join("worker.json"), serde_json::to_string_pretty(&figures)?)?;

    let (medians, targets) = (table::markdown(&figures), table::targets(&figures));
    print(&[&medians, &targets])?;
    if !arguments.only.is_empty() {
        return Ok(());
    }
    let Figures { machine, rounds, .. } = &figures;
    let table = format!("{medians}\n{}; {rounds} rounds; {}.\n", machine.place_and_time(), machine.versions.join(", "));
    page::write(&root.join("docs/benchmark.md"), &[("benchmark worker", &table), ("benchmark worker targets", &targets)])
}

/// Measures all rounds. Each round measures every variant, in rotating order.
async fn measure(bench: &Bench, programs: &BTreeMap<Variant, Program>, machine: Machine, rounds: usize) -> Result<Figures> {
    let mut figures = Figures { machine, rounds, ..Figures::default() };
    let mut programs: Vec<_> = programs.iter().collect();
    let has_worker = programs.iter().any(|(variant, _)| **variant == Variant::Chathooks);
    let mut progress = Progress::new(rounds * (programs.len() + usize::from(has_worker)) * Case::ALL.len());
    step(&format!("measuring, {rounds} rounds"));
    for _ in 0..rounds {
        for case in Case::ALL {
            for (variant, program) in &programs {
                figures.add(case, **variant, bench.trial(program, case).await.with_context(|| program.name.clone())?);
                progress.done(&format!("{}, {}", program.name, case.name()));
                if **variant == Variant::Chathooks {
                    figures.add_failing(case, bench.failing_trial(program, case).await.with_context(|| program.name.clone())?);
                    progress.done(&format!("{}, {}, receiver down", program.name, case.name()));
                }
            }
        }
        programs.rotate_left(1);
    }
    Ok(figures)
}

/// Prints the tables to stdout, which can be a pipe.
fn print(tables: &[&str]) -> Result<()> {
    use std::io::Write;
    let mut stdout = anstream::stdout().lock();
    tables.iter().try_for_each(|table| writeln!(stdout, "\n{table}")).context("cannot write to stdout")
}
