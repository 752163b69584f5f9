//! `cargo bench-lambda`: builds everything, measures it, and writes the figures into the documentation.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use bench_lambda::certificates::{Chain, Roots};
use bench_lambda::cpu::Group;
use bench_lambda::figures::Figures;
use bench_lambda::machine::Machine;
use bench_lambda::progress;
use bench_lambda::rounds::measure;
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::trial::{Bench, Length};
use bench_lambda::variant::Variant;
use bench_lambda::workshop::Workshop;
use bench_lambda::{cost, page, plot, several, table, targets, worst};

/// Measures cold start, cost and size of the Kommo function, and of baselines that do the same work.
///
/// Builds the functions as they ship and the baselines with their pinned packages, runs each in turn with a Lambda
/// Runtime API and an SQS endpoint over TLS, and writes docs/benchmark.md, docs/benchmark.svg, docs/cost.md, the
/// README's table, and the raw figures to target/bench/figures.json.
#[derive(Debug, Parser)]
#[command(
    name = "cargo bench-lambda",
    after_help = "Example, a first look without writing any page:\n  cargo bench-lambda --rounds 3 --only chathooks --only floor"
)]
struct Arguments {
    /// How often each variant is started and measured
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
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
        workshop.build(&variants)?;
    }
    let built = workshop.built(&variants)?;

    let mut machine = Machine::here();
    machine.versions = workshop.versions(&built)?;
    let chain = Chain::make()?;
    machine.roots = chain.write(Roots::System, &workshop.roots(Roots::System))?;
    chain.write(Roots::Own, &workshop.roots(Roots::Own))?;
    machine.no_share = Group::make().err().map(|error| format!("{error:#}"));
    let sqs = SqsEndpoint::start(&chain).await?;
    let bench = Bench {
        environment: environment(&sqs),
        sqs,
        logs: workshop.target().join("logs"),
        can_limit: machine.no_share.is_none(),
        length: Length::FULL,
    };
    let figures = measure(&bench, &built, machine, usize::from(arguments.rounds)).await?;
    fs::write(workshop.target().join("figures.json"), serde_json::to_string_pretty(&figures)?)?;

    let met = targets::targets(&figures);
    let tables = [table::medians(&figures), table::spread(&figures), several::markdown(&figures.several), worst::markdown(&figures.worst)];
    print(&tables)?;
    print(&[targets::markdown(&met)])?;
    if arguments.only.is_empty() { write_pages(&root, &figures, &met) } else { Ok(()) }
}

/// Returns the variables of every program in addition to Lambda's: the queue and Kommo's secret.
fn environment(sqs: &SqsEndpoint) -> Vec<(String, String)> {
    let queue = [("QUEUE_URL", sqs.queue_url()), ("AWS_ENDPOINT_URL_SQS", sqs.url())].map(|(name, value)| (name.to_owned(), value));
    let secret = testkit::demo_env().into_iter().filter(|(name, _)| name == "KOMMO_SECRET");
    queue.into_iter().chain(secret).collect()
}

fn write_pages(root: &Path, figures: &Figures, met: &[targets::Target]) -> Result<()> {
    let or_reason =
        |table: Option<String>| table.unwrap_or_else(|| "Not computed: times at the CPU share of 128 MB were not measured.".to_owned());
    let (parts, rates) = (or_reason(cost::parts(figures)), or_reason(cost::rates(figures)));
    let table = format!("{}\n{}", table::medians(figures), figures.machine.markdown(figures.rounds));
    let (spread, targets) = (table::spread(figures), targets::markdown(met));
    let (several, worst) = (several::markdown(&figures.several), worst::markdown(&figures.worst));
    fs::write(root.join("docs/benchmark.svg"), plot::svg(figures))?;
    let blocks = [
        ("benchmark", table.as_str()),
        ("benchmark spread", &spread),
        ("benchmark several", &several),
        ("benchmark worst", &worst),
        ("benchmark targets", &targets),
    ];
    page::write(&root.join("docs/benchmark.md"), &blocks)?;
    page::write(&root.join("README.md"), &blocks)?;
    let assumptions = cost::assumptions();
    page::write(&root.join("docs/cost.md"), &[("cost parts", &parts), ("cost rates", &rates), ("cost assumptions", &assumptions)])
}

/// Prints the tables to stdout, which can be a pipe.
fn print(tables: &[String]) -> Result<()> {
    use std::io::Write;
    let mut stdout = anstream::stdout().lock();
    tables.iter().try_for_each(|table| writeln!(stdout, "\n{table}")).context("cannot write to stdout")
}
