//! `chathooks samples`: lists the sample names that other commands accept.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::request::sample;
use crate::terminal::output;

const HELP: &str = "\
Examples:
  chathooks samples
  chathooks samples kore
  chathooks samples --json

The program contains the samples of its version. A folder events/ in the current folder or above it adds samples, and replaces \
built-in samples of the same name. events/README.md describes each sample.

Exit codes: 0 at least one sample was found; 1 no sample matches; 2 the current folder cannot be found.";

/// Arguments of `samples`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SamplesArgs {
    /// List only samples whose names begin with this, such as kore
    #[arg(value_name = "PROVIDER", default_value = "", hide_default_value = true)]
    start: String,

    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Lists the samples.
///
/// # Errors
/// Returns an error if the current folder cannot be found.
pub(crate) fn run(args: &SamplesArgs) -> anyhow::Result<ExitCode> {
    let names: Vec<String> = sample::names()?.into_iter().filter(|name| name.starts_with(&args.start)).collect();
    if args.json {
        output::print(format_args!("{:#}", json!(names)))?;
    } else if !names.is_empty() {
        output::print(format_args!("{}", names.join("\n")))?;
    }
    Ok(if names.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
