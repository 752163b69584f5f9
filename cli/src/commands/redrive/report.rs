//! What a run did, for people and for machines.

use std::process::ExitCode;

use serde_json::json;

use crate::queue::{Summary, Tally};
use crate::terminal::output::{self, BAD, BOLD, GOOD, Unwritable};

/// The counts of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Sent and deleted; without --execute: what would be.
    pub(super) moved: usize,
    /// Chosen, and still in the source.
    pub(super) left: usize,
    /// Sent without success, or without a clear answer. They are still in the source, too.
    pub(super) failed: usize,
    /// Not what the flags choose.
    pub(super) not_chosen: usize,
    /// In the source, and not received: in flight elsewhere, or behind another message of their group.
    pub(super) not_seen: usize,
    /// Whether it ended by Ctrl-C.
    pub(super) interrupted: bool,
    /// Why it ended before the end.
    pub(super) problem: Option<String>,
    /// All but the last two by sort.
    pub(super) tally: Tally,
}

impl Report {
    /// A message was moved, or would be.
    pub(super) fn moved(&mut self, summary: &Summary, execute: bool) {
        self.moved += 1;
        self.tally.add(summary, if execute { "moved" } else { "would be moved" });
    }

    /// A message stays where it is.
    pub(super) fn left(&mut self, summary: &Summary, reason: &str) {
        self.left += 1;
        self.tally.add(summary, &format!("left, {reason}"));
    }

    /// A message could not be sent.
    pub(super) fn failed(&mut self, summary: &Summary, reason: &str) {
        self.failed += 1;
        self.tally.add(summary, &format!("failed, {reason}"));
    }

    /// Writes it.
    ///
    /// # Errors
    /// Standard output does not take it.
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
            output::print(format_args!("{BOLD}{not_chosen:>7}{BOLD:#}  not chosen"))?;
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
            output::print(format_args!("interrupted; run it again to go on"))?;
        }
        if let Some(problem) = problem {
            output::print(format_args!("{BAD}stopped early:{BAD:#} {problem}; run it again to go on"))?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.left + self.failed + self.not_seen == 0 && !self.interrupted && self.problem.is_none()
    }

    /// How the program ends.
    pub(super) fn exit_code(&self, execute: bool) -> ExitCode {
        let is_counted = !execute && self.problem.is_none() && !self.interrupted;
        ExitCode::from(u8::from(!is_counted && !self.is_done()))
    }
}
