//! The report of a run, as text or JSON.

use std::process::ExitCode;

use serde_json::json;

use crate::queue::{Summary, Tally};
use crate::terminal::output::{self, BAD, BOLD, GOOD, Unwritable};

/// The counts of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Messages sent to the target and deleted; without --execute, those that would be.
    pub(super) moved: usize,
    /// Messages that were selected but stay in the source.
    pub(super) left: usize,
    /// Messages whose sending failed or had an unclear outcome. They stay in the source.
    pub(super) failed: usize,
    /// Messages that the flags do not select.
    pub(super) not_chosen: usize,
    /// Messages in the source that were not received: in flight elsewhere, or behind another message of their group.
    pub(super) not_seen: usize,
    /// Whether Ctrl-C ended the run.
    pub(super) interrupted: bool,
    /// Why the run ended early.
    pub(super) problem: Option<String>,
    /// The moved, left and failed messages, by provider, kind and outcome.
    pub(super) tally: Tally,
}

impl Report {
    /// Counts a message that was moved, or would be.
    pub(super) fn moved(&mut self, summary: &Summary, execute: bool) {
        self.moved += 1;
        self.tally.add(summary, if execute { "moved" } else { "would be moved" });
    }

    /// Counts a selected message that stays in the source.
    pub(super) fn left(&mut self, summary: &Summary, reason: &str) {
        self.left += 1;
        self.tally.add(summary, &format!("left, {reason}"));
    }

    /// Counts a message that could not be sent.
    pub(super) fn failed(&mut self, summary: &Summary, reason: &str) {
        self.failed += 1;
        self.tally.add(summary, &format!("failed, {reason}"));
    }

    /// Prints the report.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written.
    pub(super) fn show(&self, from: &str, to: &str, execute: bool, as_json: bool) -> Result<(), Unwritable> {
        let Self { moved, left, failed, not_chosen, not_seen, interrupted, problem, tally } = self;
        if as_json {
            let (moved, would_move) = if execute { (*moved, None) } else { (0, Some(moved)) };
            let summary = json!({
                "from": from, "to": to, "executed": execute, "moved": moved, "would_move": would_move, "left": left, "failed": failed,
                "not_chosen": not_chosen, "not_seen": not_seen, "interrupted": interrupted, "problem": problem, "messages": tally.json(),
            });
            return output::print(format_args!("{summary}"));
        }
        output::print(format_args!("from {BOLD}{from}{BOLD:#}\nto   {BOLD}{to}{BOLD:#}"))?;
        tally.lines().iter().try_for_each(|line| output::print(format_args!("{line}")))?;
        if *not_chosen > 0 {
            output::print(format_args!("{BOLD}{not_chosen:>7}{BOLD:#}  not selected"))?;
        }
        if *not_seen > 0 {
            output::print(format_args!(
                "{BOLD}{not_seen:>7}{BOLD:#}  not seen (about): in flight elsewhere, or behind another message of their group"
            ))?;
        }
        if execute {
            let style = if self.is_done() { GOOD } else { BAD };
            output::print(format_args!("{style}moved {moved}, left {}, failed {failed}{style:#}", left + not_seen))?;
        } else {
            output::print(format_args!("nothing was changed; add --execute to move {moved}"))?;
        }
        if *interrupted {
            output::print(format_args!("interrupted; run the command again to continue"))?;
        }
        if let Some(problem) = problem {
            output::print(format_args!("{BAD}stopped early:{BAD:#} {problem}; run the command again to continue"))?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.left + self.failed + self.not_seen == 0 && !self.interrupted && self.problem.is_none()
    }

    /// Returns 0 if all selected messages were moved, or counted without --execute, and 1 otherwise.
    pub(super) fn exit_code(&self, execute: bool) -> ExitCode {
        let is_counted = !execute && self.problem.is_none() && !self.interrupted;
        ExitCode::from(u8::from(!is_counted && !self.is_done()))
    }
}
