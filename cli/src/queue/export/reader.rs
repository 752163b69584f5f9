//! Reads an export line by line. An error names the line, but does not show its content.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use shared::queue::MAX_BYTES;

use crate::endpoints::provider_names;
use crate::queue::message::StoredMessage;

/// The maximum length of a line: a message of 1 MiB as a JSON string, where a byte can take six.
const MAX_LINE: u64 = 8 * 1024 * 1024;

/// An export that can be read more than once.
pub(crate) enum Export {
    /// A file.
    File(PathBuf),
    /// The content of standard input.
    Input(Vec<u8>),
}

impl Export {
    /// Opens the export in a file. For `-`, reads standard input to its end.
    ///
    /// # Errors
    /// Returns an error if standard input cannot be read.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        if path != Path::new("-") {
            return Ok(Self::File(path.to_owned()));
        }
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
        Ok(Self::Input(text))
    }

    /// Returns the messages with their line numbers. Empty lines are skipped.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if a line is not a message that a queue can hold.
    pub(crate) fn messages(&self) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(u64, StoredMessage)>> + '_> {
        let (reader, name): (Box<dyn BufRead + '_>, String) = match self {
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                (Box::new(BufReader::new(file)), path.display().to_string())
            }
            Self::Input(text) => (Box::new(text.as_slice()), "standard input".to_owned()),
        };
        Ok(numbered(reader).map(move |line| {
            let (number, line) = line.with_context(|| format!("cannot read {name}"))?;
            message(&line).map(|message| (number, message)).with_context(|| format!("line {number} of {name}"))
        }))
    }
}

/// Returns the non-empty lines with their numbers. Of a line that is too long for a message, only the beginning is kept.
fn numbered(mut reader: Box<dyn BufRead + '_>) -> impl Iterator<Item = std::io::Result<(u64, Vec<u8>)>> + '_ {
    let mut number = 0;
    std::iter::from_fn(move || {
        loop {
            number += 1;
            let mut line = Vec::new();
            match reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) if line.ends_with(b"\n") || (line.len() as u64) < MAX_LINE => {}
                // Skips the rest of the line.
                Ok(_) => match reader.skip_until(b'\n') {
                    Ok(_) => line.push(b'\n'),
                    Err(error) => return Some(Err(error)),
                },
                Err(error) => return Some(Err(error)),
            }
            if !line.trim_ascii().is_empty() {
                return Some(Ok((number, line)));
            }
        }
    })
}

fn message(line: &[u8]) -> anyhow::Result<StoredMessage> {
    if line.len() as u64 > MAX_LINE {
        bail!("it is longer than any message of an export");
    }
    let message: StoredMessage = serde_json::from_slice(line).map_err(|error| {
        anyhow!("it is not a message of an export (column {}); `chathooks tail --export` writes such files", error.column())
    })?;
    let event = message.event().ok_or_else(|| anyhow!("its `body` is not an event of version 1"))?;
    let kind = event.data.kind.as_str();
    if !provider_names().any(|name| name == event.data.provider) {
        bail!("its event's `data.provider` must be one of {}", provider_names().collect::<Vec<_>>().join(", "));
    }
    if event.event_type.rsplit('.').next() != Some(kind) {
        bail!("its event's `type` must end with its `data.kind`");
    }
    if message.size() > MAX_BYTES {
        bail!("it is larger than 1 MiB, the most that SQS accepts");
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::message::tests::stored_message;

    fn lines(text: &str) -> Result<Vec<(u64, String)>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("export.jsonl");
        std::fs::write(&file, text).expect("a file");
        let export = Export::open(&file).expect("a file");
        let messages = export.messages().expect("a file").collect::<anyhow::Result<Vec<_>>>();
        let messages = messages.map_err(|error| format!("{error:#}"))?;
        Ok(messages.into_iter().filter_map(|(number, message)| Some((number, message.deduplication_id?))).collect())
    }

    fn line(message: &StoredMessage) -> String {
        serde_json::to_string(message).expect("JSON")
    }

    #[test]
    fn each_message_has_the_number_of_its_line() {
        let text = format!("{}\n\n{}", line(&stored_message("a", "g", "kommo")), line(&stored_message("b", "g", "kore")));
        assert_eq!(lines(&text), Ok(vec![(1, "a".to_owned()), (3, "b".to_owned())]));
    }

    #[test]
    fn an_invalid_line_is_named_by_its_number_and_not_shown() {
        let good = line(&stored_message("a", "g", "kommo"));
        let with = |body: &str| line(&StoredMessage { body: body.to_owned(), ..stored_message("b", "g", "kommo") });
        let event = |from: &str, to: &str| with(&stored_message("b", "g", "kommo").body.replace(from, to));
        for (wrong, told) in [
            ("hush".to_owned(), "not a message of an export (column 1)"),
            ("[]".to_owned(), "not a message of an export"),
            (r#"{"body":5}"#.to_owned(), "not a message of an export"),
            ("x".repeat(MAX_LINE as usize + 1), "longer than any message"),
            (with("hush"), "`body` is not an event"),
            (with("7"), "`body` is not an event"),
            (with("{}"), "`body` is not an event"),
            (event("\"1.0\"", "\"0.3\""), "`body` is not an event"),
            (event("\"kommo\"", "\"hush\""), "must be one of kommo, "),
            (event("com.kommo.message", "com.kommo.status"), "`type`"),
            (with(&stored_message("b", &"g".repeat(MAX_BYTES), "kommo").body), "1 MiB"),
        ] {
            let problem = lines(&format!("{good}\n{wrong}\n")).expect_err(told);
            assert!(problem.starts_with("line 2 of ") && problem.contains(told), "{told}: {problem}");
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
