//! `cargo bench-lambda`: builds everything, measures it, and writes the figures into the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use bench_lambda::build::{Built, megabytes};
use bench_lambda::certificates::Chain;
use bench_lambda::cpu::Group;
use bench_lambda::figures::Figures;
use bench_lambda::machine::Machine;
use bench_lambda::progress::{self, Progress, step};
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::trial::{Bench, Length};
use bench_lambda::variant::Variant;
use bench_lambda::workshop::Workshop;
use bench_lambda::{cost, event, page, plot, table, targets};

/// Measures the Kommo function beside baselines that do the same work: cold start, cost and size.
///
/// Builds the functions as they ship and the baselines with their pinned packages, runs each in turn behind a Lambda
/// Runtime API and an SQS endpoint over TLS, and writes docs/benchmark.md, docs/benchmark.svg, docs/cost.md, the
/// README's table, and the raw figures into target/bench/figures.json.
#[derive(Debug, Parser)]
#[command(
    name = "cargo bench-lambda",
    after_help = "Example, a first look without writing any page:\n  cargo bench-lambda --rounds 3 --only chathooks --only floor"
)]
struct Arguments {
    /// How often each variant is started and measured
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Measure this variant alone, may be repeated; prints the table and writes no page
    #[arg(long, value_name = "VARIANT")]
    only: Vec<Variant>,
    /// Take what an earlier run has built
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
    let bundle = workshop.target().join("roots.pem");
    machine.roots = chain.write_bundle(&bundle)?;
    machine.no_share = Group::make().err().map(|error| format!("{error:#}"));
    let sqs = SqsEndpoint::start(&chain).await?;
    let bench = Bench {
        environment: environment(&sqs, &bundle),
        sqs,
        logs: workshop.target().join("logs"),
        can_limit: machine.no_share.is_none(),
        length: Length::FULL,
    };
    let figures = measure(&bench, &built, machine, usize::from(arguments.rounds)).await?;
    fs::write(workshop.target().join("figures.json"), serde_json::to_string_pretty(&figures)?)?;

    let met = targets::targets(&figures);
    print(&[&table::medians(&figures), &table::spread(&figures), &targets::markdown(&met)])?;
    if arguments.only.is_empty() { write_pages(&root, &figures, &met) } else { Ok(()) }
}

/// What a function sees besides Lambda's own variables: the queue, the secrets, and where the roots are, as each of the
/// TLS libraries wants to be told.
fn environment(sqs: &SqsEndpoint, bundle: &Path) -> Vec<(String, String)> {
    let bundle = bundle.to_string_lossy();
    let own = [("QUEUE_URL", sqs.queue_url()), ("AWS_ENDPOINT_URL_SQS", sqs.url())].map(|(name, value)| (name.to_owned(), value));
    let roots = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"].map(|name| (name.to_owned(), bundle.clone().into_owned()));
    let secrets = testkit::demo_env().into_iter().filter(|(name, _)| ["KOMMO_SECRET", "KORE_ACCESS_TOKEN"].contains(&name.as_str()));
    own.into_iter().chain(roots).chain(secrets).collect()
}

/// All rounds: each variant in turn, another first each time.
async fn measure(bench: &Bench, built: &Built, machine: Machine, rounds: usize) -> Result<Figures> {
    let event = event::kommo_text()?;
    let (one, ten) = (event::kore_callback(1)?, event::kore_callback(10)?);
    let mut figures = Figures { machine, rounds, ..Figures::default() };
    let mut programs: Vec<_> = built.programs.iter().collect();
    let has_functions = built.programs.contains_key(&Variant::Chathooks);
    let a_round = programs.len() * if bench.can_limit { 2 } else { 1 } + usize::from(has_functions);
    let mut progress = Progress::new(rounds * a_round);
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
        if has_functions {
            figures.add_one_and_ten(bench.one_and_ten(&built.kore, &one, &ten).await.context("kore")?);
            progress.done("kore, one event and ten");
        }
        programs.rotate_left(1);
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

fn write_pages(root: &Path, figures: &Figures, met: &[targets::Target]) -> Result<()> {
    let or_why =
        |table: Option<String>| table.unwrap_or_else(|| "Not computed: times at the CPU share of 128 MB were not measured.".to_owned());
    let (parts, rates) = (or_why(cost::parts(figures)), or_why(cost::rates(figures)));
    let table = format!("{}\n{}", table::medians(figures), figures.machine.markdown(figures.rounds));
    let (spread, targets) = (table::spread(figures), targets::markdown(met));
    fs::write(root.join("docs/benchmark.svg"), plot::svg(figures))?;
    let blocks = [("benchmark", table.as_str()), ("benchmark spread", &spread), ("benchmark targets", &targets)];
    page::write(&root.join("docs/benchmark.md"), &blocks)?;
    page::write(&root.join("README.md"), &blocks)?;
    let assumptions = cost::assumptions();
    page::write(&root.join("docs/cost.md"), &[("cost parts", &parts), ("cost rates", &rates), ("cost assumptions", &assumptions)])
}

/// The result, for pipes too.
fn print(tables: &[&str]) -> Result<()> {
    use std::io::Write;
    let mut stdout = anstream::stdout().lock();
    tables.iter().try_for_each(|table| writeln!(stdout, "\n{table}")).context("cannot write to stdout")
}
