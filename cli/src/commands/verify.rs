//! `chathooks verify`: shows which check a captured request fails, and what to try.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use shared::timestamp::Timestamp;

use crate::endpoints::Endpoints;
use crate::request::RequestArgs;
use crate::settings::Sources;
use crate::terminal::output;
use crate::verdict::{Outcome, Verdict};

const HELP: &str = "\
Examples:
  chathooks verify events/kommo/v2-text.json
  chathooks verify request.txt --env-file my-secrets.env
  chathooks verify - --json < request.txt
  chathooks sign kommo/v2-text --curl | chathooks verify -
  curl -s http://127.0.0.1:4040/api/requests/http?limit=1 | chathooks verify -
  chathooks verify --path /kommo/my-scope --header 'X-Signature: 52fa…' --body-file body.json

The captured request has one of these forms:
  - a Lambda event of an HTTP API, a REST API, a function URL or a load balancer
  - HTTP as text: a request line, headers, an empty line and the body
  - the output of `curl -v`; pass the body with --body-file, because the output does not contain it
  - a `curl` command, as `chathooks sign --curl` prints it; the command is not run, and files that it names are not read
  - a request that ngrok captured, from its API at http://127.0.0.1:4040/api/requests/http

Nothing is sent. The secrets are the ones that `chathooks dev` uses: from the environment, then from --env-file, then the demo \
secrets. No secret is printed: of a signature at most the first four characters are shown, and of a token only its length. Each \
suggested change has been tried, and the request verifies with it.

Exit codes: 0 the request verifies; 1 it does not; 2 the request cannot be read, or a setting or the command line is invalid.";

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the verdict on a captured request.
///
/// # Errors
/// Returns an error if a setting is invalid, or if the request cannot be read.
pub(crate) fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    let endpoints = Endpoints::read(&sources.settings())?;
    let mut captured = args.request.read()?;
    if captured.request.method != "POST" {
        captured.notes.push(format!("its method is {}, but webhooks accept only POST", captured.request.method));
    }
    let verdict = Verdict::of(&endpoints, &sources, &captured.request, Timestamp::now());
    if args.json {
        let object = json!({"form": captured.form, "notes": captured.notes, "verdict": verdict});
        output::print(format_args!("{object:#}"))?;
    } else {
        let notes: String = captured.notes.iter().map(|note| format!("; {note}")).collect();
        output::print(format_args!("read as {}{notes}\n{}", captured.form, verdict.text()))?;
    }
    Ok(match verdict.outcome {
        Outcome::Verified | Outcome::AcceptedWithoutProof => ExitCode::SUCCESS,
        Outcome::Refused | Outcome::UnknownPath => ExitCode::from(1),
    })
}
