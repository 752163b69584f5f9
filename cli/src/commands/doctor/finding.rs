//! What was found, and what to do about it.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::terminal::output::{self, BAD, BOLD, GOOD, Unwritable, one_line};

/// How much of a text is shown.
const SHOWN: usize = 500;

/// Whether something is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// It is.
    Ok,
    /// It is, and there is something to know.
    Note,
    /// It could not be checked.
    Unknown,
    /// It is not.
    Wrong,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Whether it is right.
    pub(super) level: Level,
    /// What was checked.
    pub(super) subject: String,
    /// What was found.
    pub(super) found: String,
    /// What to do.
    pub(super) action: Option<String>,
}

impl Finding {
    /// It is right.
    pub(super) fn ok(subject: &str, found: impl Into<String>) -> Self {
        Self { level: Level::Ok, subject: subject.to_owned(), found: found.into(), action: None }
    }

    /// It is right, and there is something to know.
    pub(super) fn note(subject: &str, found: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::ok(subject, found) }
    }

    /// It could not be checked.
    pub(super) fn unknown(subject: &str, found: impl Into<String>, action: impl Into<String>) -> Self {
        Self { level: Level::Unknown, action: Some(action.into()), ..Self::ok(subject, found) }
    }

    /// It is wrong.
    pub(super) fn wrong(subject: &str, found: impl Into<String>, action: impl Into<String>) -> Self {
        Self { level: Level::Wrong, action: Some(action.into()), ..Self::ok(subject, found) }
    }
}

/// Writes all of them.
///
/// # Errors
/// Standard output does not take them.
pub(super) fn show(findings: &[Finding], as_json: bool) -> Result<(), Unwritable> {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (wrong, unknown) = (count(Level::Wrong), count(Level::Unknown));
    if as_json {
        return output::print(format_args!("{:#}", json!({"wrong": wrong, "unknown": unknown, "findings": findings})));
    }
    for Finding { level, subject, found, action } in findings {
        let (style, word) = match level {
            Level::Ok => (GOOD, "ok"),
            Level::Note => (BOLD, "note"),
            Level::Unknown => (BAD, "unknown"),
            Level::Wrong => (BAD, "wrong"),
        };
        output::print(format_args!("{style}{word:<7}{style:#}  {BOLD}{subject}{BOLD:#}: {}", one_line(found, SHOWN)))?;
        if let Some(action) = action {
            output::print(format_args!("{:<7}  try: {}", "", one_line(action, SHOWN)))?;
        }
    }
    let style = if wrong == 0 { GOOD } else { BAD };
    output::print(format_args!(
        "{style}{wrong} wrong, {unknown} could not be checked, {} in order{style:#}",
        findings.len() - wrong - unknown
    ))
}

/// How the program ends.
pub(super) fn exit_code(findings: &[Finding]) -> ExitCode {
    let has = |level| findings.iter().any(|finding| finding.level == level);
    match (has(Level::Wrong), has(Level::Ok)) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(2),
    }
}
