//! The request that a command works on, from a sample, a file, or options.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shared::received::Received;

use super::capture::{self, Captured, header};
use super::sample;

/// Lambda accepts 6 MiB. Base64 and JSON escapes make a captured request longer.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// The arguments that define a request.
#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// A sample such as kommo/v2-text, or a file with a Lambda HTTP event, HTTP as text, a `curl` command or a request that
    /// ngrok captured; `-` reads standard input
    #[arg(value_name = "SAMPLE|FILE", required_unless_present = "path")]
    source: Option<PathBuf>,

    /// The path, instead of the request's own
    #[arg(long)]
    path: Option<String>,

    /// A header, instead of the request's own headers of that name
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,

    /// A file with the exact body, instead of the request's own; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
}

impl RequestArgs {
    /// Reads the request.
    ///
    /// # Errors
    /// Returns an error if the sample or file does not exist, or if its form is unknown.
    pub(crate) fn read(self) -> anyhow::Result<Captured> {
        let mut captured = match &self.source {
            Some(source) => read(source)?,
            None if self.body_file.is_none() => bail!("a request without a sample or a file needs a body; pass one with --body-file"),
            None => {
                Captured { request: Received { method: "POST".to_owned(), ..Received::default() }, form: "the options", notes: Vec::new() }
            }
        };
        let request = &mut captured.request;
        if let Some(path) = self.path {
            request.path = path;
        }
        for (name, value) in self.headers {
            set(&mut request.headers, name, value);
        }
        if let Some(file) = self.body_file {
            request.body = bytes(&file)?;
            captured.notes.clear();
        }
        Ok(captured)
    }
}

/// Sets a header, replacing all headers of that name.
fn set(headers: &mut Vec<(String, String)>, name: String, value: String) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
    headers.push((name, value));
}

fn read(source: &Path) -> anyhow::Result<Captured> {
    let (name, bytes) = if source == Path::new("-") {
        ("standard input".to_owned(), bytes(source)?)
    } else {
        (source.display().to_string(), sample::read(source)?)
    };
    capture::parse(&bytes).map_err(|error| anyhow!("cannot read {name} as a request: {error:#}"))
}

fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        return bounded(std::io::stdin().lock(), "standard input");
    }
    let name = file.display().to_string();
    bounded(File::open(file).with_context(|| format!("cannot read {name}"))?, &name)
}

/// Reads a file of at most 32 MiB. The limit also stops at endless files.
///
/// # Errors
/// Returns an error if the file cannot be read, or if it is too large.
pub(super) fn bounded(file: impl Read, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("{name} is larger than {} MiB, more than any request", MAX_BYTES / 1024 / 1024);
    }
    Ok(bytes)
}
