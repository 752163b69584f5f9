//! `chathooks verify`: which check a captured request fails, and what to try.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use shared::received::Received;
use shared::timestamp::Timestamp;

use crate::capture::{self, Captured};
use crate::functions;
use crate::output;
use crate::sources::Sources;
use crate::verdict::{Outcome, Verdict};

const HELP: &str = "\
Examples:
  chathooks verify events/kommo/v2-text.json
  chathooks verify request.txt --env-file my-secrets.env
  pbpaste | chathooks verify - --json
  chathooks verify --path /kommo/my-scope --header 'X-Signature: 52fa…' --body-file body.json

The captured request is a Lambda event (of an HTTP API, a REST API or a function URL), or HTTP as text: a request line, headers, \
an empty line and the body. What `curl -v` writes will do too; the body, which is not in it, is given by --body-file.

Nothing is sent. The secrets are found as `chathooks dev` finds them. No secret is printed: a signature or token by its first and \
last four characters, one shorter than 16 by its length. What it says would verify has been tried and does.

Exit codes: 0 it verifies, 1 it does not, 2 the request, a setting or the command line cannot be read.";

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    /// The captured request; `-` is the standard input
    #[arg(value_name = "FILE|-", required_unless_present = "path")]
    capture: Option<PathBuf>,

    /// The request's path, in place of the captured one
    #[arg(long)]
    path: Option<String>,

    /// A header, in place of captured ones of that name
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = capture::header)]
    headers: Vec<(String, String)>,

    /// A file with the exact body, in place of the captured one
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,

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
    let senders = functions::senders(&sources.settings())?;
    let json = args.json;
    let captured = captured(args)?;
    let verdict = Verdict::of(&senders, &sources, &captured.request, Timestamp::now());
    if json {
        let object = json!({"form": captured.form, "notes": captured.notes, "verdict": verdict});
        output::line(format_args!("{object:#}"));
    } else {
        let notes: String = captured.notes.iter().map(|note| format!("; {note}")).collect();
        output::line(format_args!("read as {}{notes}\n{}", captured.form, verdict.text()));
    }
    Ok(match verdict.outcome {
        Outcome::Verified | Outcome::AcceptedWithoutProof => ExitCode::SUCCESS,
        Outcome::Refused | Outcome::UnknownPath => ExitCode::from(1),
    })
}

fn captured(args: VerifyArgs) -> anyhow::Result<Captured> {
    let mut captured = match &args.capture {
        Some(file) => capture::read(&bytes(file)?).with_context(|| format!("{} cannot be read as a request", file.display()))?,
        None if args.body_file.is_none() => bail!("a request without a captured file needs its body: --body-file"),
        None => Captured { request: Received::default(), form: "the options given", notes: Vec::new() },
    };
    let request = &mut captured.request;
    if let Some(path) = args.path {
        request.path = path;
    }
    for (name, value) in args.headers {
        request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        request.headers.push((name, value));
    }
    if let Some(file) = args.body_file {
        request.body = bytes(&file)?;
        captured.notes.clear();
    }
    Ok(captured)
}

fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read the standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
