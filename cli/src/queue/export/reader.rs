//! Reading an export, line by line. An error names the line and shows nothing of it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use shared::queue::MAX_BYTES;

use crate::endpoints::provider_names;
use crate::queue::message::StoredMessage;

/// The messages of an export, each with the number of its line. Empty lines are none.
///
/// # Errors
/// The file cannot be read; a line is no event that a queue could hold.
pub(crate) fn read(path: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(u64, StoredMessage)>>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.display().to_string();
    let lines = (1..).zip(BufReader::new(file).lines());
    Ok(lines.filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty())).map(move |(number, line)| {
        let message = line.map_err(anyhow::Error::from).and_then(|line| message(&line));
        message.map(|message| (number, message)).with_context(|| format!("line {number} of {name}"))
    }))
}

fn message(line: &str) -> anyhow::Result<StoredMessage> {
    let message: StoredMessage = serde_json::from_str(line)
        .map_err(|error| anyhow!("it is no message of an export (column {}); `chathooks tail --export` writes them", error.column()))?;
    let event = message.event().ok_or_else(|| anyhow!("its `body` is not an event of version 1"))?;
    let kind = event.data.kind.as_str();
    if !provider_names().any(|name| name == event.data.provider) {
        bail!("its event's `data.provider` must be one of {}", provider_names().collect::<Vec<_>>().join(", "));
    }
    if event.event_type.rsplit('.').next() != Some(kind) {
        bail!("its event's `type` must end with its `data.kind`");
    }
    if message.size() > MAX_BYTES {
        bail!("it is larger than the 1 MiB that SQS takes");
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
        let messages = read(&file).expect("a file").collect::<anyhow::Result<Vec<_>>>();
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
    fn what_is_no_event_is_named_by_its_line_and_not_shown() {
        let good = line(&stored_message("a", "g", "kommo"));
        let with = |body: &str| line(&StoredMessage { body: body.to_owned(), ..stored_message("b", "g", "kommo") });
        let event = |from: &str, to: &str| with(&stored_message("b", "g", "kommo").body.replace(from, to));
        for (wrong, told) in [
            ("hush".to_owned(), "no message of an export (column 1)"),
            ("[]".to_owned(), "no message of an export"),
            (r#"{"body":5}"#.to_owned(), "no message of an export"),
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
