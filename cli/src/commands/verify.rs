//! `chathooks verify`: which check a captured request fails, and what to try.

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

The captured request is a Lambda event (of an HTTP API, a REST API, a function URL or a load balancer), or HTTP as text: a request line, headers, \
an empty line and the body. What `curl -v` writes will do too; the body, which is not in it, is given by --body-file. So will a \
`curl` command, such as `chathooks sign --curl` writes, and what ngrok keeps of a request (its API at \
http://127.0.0.1:4040/api/requests/http); a command is not run, and the files that it names are not read.

Nothing is sent. The secrets are found as `chathooks dev` finds them. No secret is printed: of a signature at most the first four \
characters, of a token its length. What it says would verify has been tried and does.

Exit codes: 0 it verifies; 1 it does not; 2 the request cannot be read, or a setting or the command line is wrong.";

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,

    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// Shows the verdict on a captured request.
///
/// # Errors
/// A setting is wrong, or the request cannot be read.
pub(crate) fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    let endpoints = Endpoints::read(&sources.settings())?;
    let mut captured = args.request.read()?;
    if captured.request.method != "POST" {
        captured.notes.push(format!("its method is {}: webhooks are received by POST alone", captured.request.method));
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
