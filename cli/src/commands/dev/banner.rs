//! The text that the terminal shows at startup: each webhook's URL, which secret is in force, and a command to try it. The
//! inspector's address comes last, so that it is visible even in a short terminal.

use std::fmt::Write;

use crate::gateway::Fault;
use crate::inspector::Setup;
use crate::terminal::output::{BAD, BOLD, GOOD};
use crate::terminal::program;

/// Returns the text. `last` is its last line, with the inspector's address.
pub(super) fn banner(setup: &Setup, last: &str, fault: Fault) -> String {
    let Setup { origin, queue, worker, webhooks } = setup;
    let mut text =
        format!("{BOLD}chathooks{BOLD:#} receives webhooks at {GOOD}{origin}/{GOOD:#} from this machine only. Ctrl-C stops it.\n");
    let _ = writeln!(text, "queue: {queue}\nworker: {worker}");
    if fault != Fault::Off {
        let _ = writeln!(text, "{BAD}--fail: {}{BAD:#}", fault.effect());
    }
    let _ = writeln!(text, "try: a command below, or any sample: {} send kommo/v2-text --to {origin}", program());
    for webhook in webhooks {
        let _ = write!(text, "\n{BOLD}{:<14}{BOLD:#} {GOOD}{}{GOOD:#}\n{:<14} {}\n", webhook.name, webhook.url, "", webhook.proof);
        if let Some(command) = &webhook.command {
            let _ = writeln!(text, "{command}");
        }
    }
    let _ = write!(text, "\n{last}");
    text
}
