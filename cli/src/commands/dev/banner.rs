//! What the terminal shows at the start: the webhooks' URLs, whose secrets are in force, a command to try each, and the inspector's
//! address, which is last, so that it is in sight however short the terminal is.

use std::fmt::Write;

use crate::gateway::Fault;
use crate::inspector::Setup;
use crate::terminal::output::{BAD, BOLD, GOOD};
use crate::terminal::program;

/// The whole text, with the address of the inspector's page.
pub(super) fn banner(setup: &Setup, page: &str, fault: Fault) -> String {
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
    let _ = write!(text, "\n{BOLD}inspector{BOLD:#}: {GOOD}{page}{GOOD:#} shows every delivery");
    text
}
