//! A `curl` command for a POSIX shell, as written by `chathooks sign --curl`, browsers and dashboards.

use anyhow::{Context, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Url;
use shared::received::Received;

use super::captured::Captured;
use super::http_text::header;
use super::shell;

/// Options with a value that does not affect the request.
const IGNORED: [&str; 16] = [
    "-o",
    "--output",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--cacert",
    "-E",
    "--cert",
    "--key",
    "--resolve",
    "-x",
    "--proxy",
    "--retry",
    "-e",
];

/// Returns whether a text begins like a `curl` command.
pub(super) fn is_one(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"$ ").unwrap_or(text).trim_ascii_start();
    let is_curl = |text: &[u8]| text.strip_prefix(b"curl").is_some_and(|rest| rest.starts_with(b" ") || rest.starts_with(b"\t"));
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_curl(text) || (text.starts_with(b"echo ") && first_line.windows(6).any(|part| part == b"| curl"))
}

/// Parses a command.
///
/// # Errors
/// Returns an error if the command has an unsupported option, or if a shell would expand a part of it.
pub(super) fn parse(text: &[u8]) -> anyhow::Result<Captured> {
    let text = std::str::from_utf8(text).context("a command must be UTF-8")?;
    let words = shell::words(text.strip_prefix("$ ").unwrap_or(text))?;
    let curl = words.iter().position(|word| word == "curl").context("it has no `curl`")?;
    let mut command = Command { piped: piped(&words[..curl])?, ..Command::default() };
    command.read(&words[curl + 1..])?;
    command.captured()
}

/// Decodes the bytes in `echo BASE64 | base64 -d |`, which `sign --curl` writes before `curl` if the body is not text.
fn piped(words: &[String]) -> anyhow::Result<Option<Vec<u8>>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Ok(None),
        ["echo", encoded, "|", "base64", "-d" | "--decode", "|"] => {
            Ok(Some(STANDARD.decode(encoded).context("the text after `echo` is not base64")?))
        }
        _ => bail!("only `echo … | base64 -d |` is supported before `curl`; pass the body with --body-file"),
    }
}

#[derive(Default)]
struct Command {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    piped: Option<Vec<u8>>,
    notes: Vec<String>,
}

impl Command {
    fn read(&mut self, words: &[String]) -> anyhow::Result<()> {
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            if matches!(word, "|" | ";" | "&&" | "||" | ">" | "&") {
                break;
            }
            let (option, attached) = split(word);
            let mut value = || attached.or_else(|| words.next()).ok_or_else(|| anyhow!("{option} has no value"));
            match option {
                "-X" | "--request" => self.method = Some(value()?.to_owned()),
                "--url" => self.url = Some(value()?.to_owned()),
                "-H" | "--header" => {
                    let text = value()?;
                    // curl sends `name;` with an empty value.
                    match text.strip_suffix(';').filter(|name| !name.contains(':')) {
                        Some(name) => self.headers.push((name.to_owned(), String::new())),
                        None => self.headers.push(header(text)?),
                    }
                }
                "-u" | "--user" => {
                    let login = value()?;
                    self.headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(login))));
                }
                "-A" | "--user-agent" => self.headers.push(("user-agent".to_owned(), value()?.to_owned())),
                "-b" | "--cookie" => self.headers.push(("cookie".to_owned(), value()?.to_owned())),
                "--json" => {
                    self.headers.push(("content-type".to_owned(), "application/json".to_owned()));
                    let text = value()?;
                    self.add(text, true, "")?;
                }
                "-d" | "--data" | "--data-ascii" => {
                    let text = value()?;
                    self.add(text, true, "&")?;
                }
                "--data-raw" => {
                    let text = value()?;
                    self.add(text, false, "&")?;
                }
                "--data-binary" => {
                    let text = value()?;
                    self.add(text, true, "&")?;
                }
                "--data-urlencode" | "-F" | "--form" | "-T" | "--upload-file" | "-G" | "--get" | "-K" | "--config" => {
                    bail!("{option} is not supported; pass the exact body with --body-file")
                }
                _ if IGNORED.contains(&option) => drop(value()?),
                _ if word.starts_with('-') => {}
                _ if self.url.is_some() => bail!("it has more than one URL, or an unsupported option"),
                _ => self.url = Some(word.to_owned()),
            }
        }
        Ok(())
    }

    /// Appends to the body. Files are not read: they can have changed, and the command can come from anyone.
    fn add(&mut self, text: &str, may_be_file: bool, separator: &str) -> anyhow::Result<()> {
        let added = match text.strip_prefix('@').filter(|_| may_be_file) {
            Some("-") => self.piped.take().unwrap_or_else(|| self.without_body()),
            Some(_) => self.without_body(),
            None => text.as_bytes().to_vec(),
        };
        match &mut self.body {
            Some(body) => {
                body.extend_from_slice(separator.as_bytes());
                body.extend_from_slice(&added);
            }
            None => self.body = Some(added),
        }
        Ok(())
    }

    fn without_body(&mut self) -> Vec<u8> {
        self.notes.push("the body is in a file or on standard input; pass it with --body-file".to_owned());
        Vec::new()
    }

    fn captured(self) -> anyhow::Result<Captured> {
        let written = self.url.context("it has no URL")?;
        let with_scheme = if written.contains("://") { written } else { format!("http://{written}") };
        let url: Url = with_scheme.parse().map_err(|_| anyhow!("its URL cannot be read"))?;
        let method = self.method.unwrap_or_else(|| if self.body.is_some() { "POST" } else { "GET" }.to_owned());
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in self.headers {
            match headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                Some((_, joined)) => *joined = format!("{joined},{value}"),
                None => headers.push((name, value)),
            }
        }
        let request = Received {
            method,
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            headers,
            body: self.body.unwrap_or_default(),
            ..Received::default()
        };
        Ok(Captured { request, form: "a `curl` command", notes: self.notes })
    }
}

/// Splits an option from its attached value, as in `-XPOST` and `--request=POST`.
fn split(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
    }
    match word.char_indices().nth(2) {
        Some((end, _)) if ["-X", "-H", "-d", "-u", "-A", "-b", "-o", "-m", "-x"].contains(&&word[..end]) => {
            (&word[..end], Some(&word[end..]))
        }
        _ => (word, None),
    }
}

#[cfg(test)]
mod tests;
