//! Findings: the results of the checks, and what to do about them.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::terminal::output::{self, BAD, BOLD, GOOD, Unwritable, one_line};

/// The maximum number of characters shown of a text.
const SHOWN: usize = 500;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// Nothing is wrong.
    Ok,
    /// Nothing is wrong, but there is something to know.
    Note,
    /// The check was not possible.
    Unknown,
    /// Something is wrong.
    Wrong,
}

/// A check and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The result.
    pub(super) level: Level,
    /// What was checked.
    pub(super) subject: String,
    /// What was found.
    pub(super) found: String,
    /// What to do.
    pub(super) action: Option<String>,
}

impl Finding {
    /// Creates a finding of level [`Level::Ok`].
    pub(super) fn ok(subject: &str, found: impl Into<String>) -> Self {
        Self { level: Level::Ok, subject: subject.to_owned(), found: found.into(), action: None }
    }

    /// Creates a finding of level [`Level::Note`].
    pub(super) fn note(subject: &str, found: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::ok(subject, found) }
    }

    /// Creates a finding of level [`Level::Unknown`].
    pub(super) fn unknown(subject: &str, found: impl Into<String>, action: impl Into<String>) -> Self {
        Self { level: Level::Unknown, action: Some(action.into()), ..Self::ok(subject, found) }
    }

    /// Creates a finding of level [`Level::Wrong`].
    pub(super) fn wrong(subject: &str, found: impl Into<String>, action: impl Into<String>) -> Self {
        Self { level: Level::Wrong, action: Some(action.into()), ..Self::ok(subject, found) }
    }

    /// Returns the same finding with an action.
    pub(super) fn with_action(self, action: impl Into<String>) -> Self {
        Self { action: Some(action.into()), ..self }
    }
}

/// Writes the findings to standard output.
///
/// # Errors
/// Standard output cannot be written.
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
        output::print(format_args!("{style}{word:<7}{style:#}  {BOLD}{}{BOLD:#}: {}", one_line(subject, SHOWN), one_line(found, SHOWN)))?;
        if let Some(action) = action {
            output::print(format_args!("{:<7}  try: {}", "", one_line(action, SHOWN)))?;
        }
    }
    let style = if wrong == 0 { GOOD } else { BAD };
    output::print(format_args!("{style}{wrong} wrong, {unknown} not checked, {} in order{style:#}", findings.len() - wrong - unknown))
}

/// Returns the exit code: 1 if something is wrong, 2 if no check was possible or the time limit ended the checks, else 0.
pub(super) fn exit_code(findings: &[Finding], is_cut_short: bool) -> ExitCode {
    let has = |level| findings.iter().any(|finding| finding.level == level);
    match (has(Level::Wrong), has(Level::Ok) && !is_cut_short) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_is_not_success_and_does_not_hide_what_is_wrong() {
        let (ok, unknown, wrong) = (Finding::ok("a", "b"), Finding::unknown("a", "b", "c"), Finding::wrong("a", "b", "c"));
        for (findings, is_cut_short, code) in [
            (&[ok.clone(), unknown.clone()][..], false, 0),
            (&[ok.clone(), unknown.clone()], true, 2),
            (&[ok, unknown.clone(), wrong], true, 1),
            (&[unknown], false, 2),
        ] {
            assert_eq!(exit_code(findings, is_cut_short), ExitCode::from(code), "{findings:?}");
        }
    }
}
