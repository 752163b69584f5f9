//! `chathooks samples`: the names that other commands take.

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

The program holds the samples of its version. A folder events/ here or above adds its own, and replaces those of its names. \
events/README.md says what each shows.

Exit codes: 0 they were found; 1 none has that beginning; 2 the current folder cannot be found.";

/// Arguments of `samples`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SamplesArgs {
    /// Only those that begin so
    #[arg(value_name = "PROVIDER", default_value = "", hide_default_value = true)]
    start: String,

    /// Write one JSON array
    #[arg(long)]
    json: bool,
}

/// Lists the samples.
///
/// # Errors
/// The current folder cannot be found.
pub(crate) fn run(args: &SamplesArgs) -> anyhow::Result<ExitCode> {
    let names: Vec<String> = sample::names()?.into_iter().filter(|name| name.starts_with(&args.start)).collect();
    if args.json {
        output::print(format_args!("{:#}", json!(names)))?;
    } else if !names.is_empty() {
        output::print(format_args!("{}", names.join("\n")))?;
    }
    Ok(if names.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
