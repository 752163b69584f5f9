//! The state of the inspector: what it shows, and what it can do.

use std::sync::Arc;

use tokio::sync::watch;

use super::problem::Problem;
use super::setup::Setup;
use crate::delivery::Handler;
use crate::gateway::Gateway;
use crate::history::{State, Store};
use crate::queue::sqlite::SqliteQueue;
use crate::settings::Sources;

/// The inspector of a running command.
pub(crate) struct Inspector {
    /// The history that it shows.
    pub(crate) store: Arc<Store>,
    /// What does not change while the command runs.
    pub(crate) setup: Setup,
    /// What it can do in addition to showing deliveries.
    pub(crate) abilities: Abilities,
    /// Becomes true when the command ends.
    pub(crate) stopped: watch::Receiver<bool>,
}

/// What the inspector can do in addition to showing deliveries. The page offers only these actions.
#[derive(Default)]
pub(crate) struct Abilities {
    /// Sending requests through a gateway.
    pub(crate) requests: Option<Requests>,
    /// Retrying messages of the embedded queue now.
    pub(crate) retry: Option<SqliteQueue>,
    /// Resending an event to the receiver.
    pub(crate) resend: Option<Arc<Handler>>,
}

/// What sends requests.
pub(crate) struct Requests {
    /// The gateway.
    pub(crate) gateway: Arc<Gateway>,
    /// The sources of secrets.
    pub(crate) sources: Sources,
}

impl Inspector {
    /// Returns what sends requests.
    ///
    /// # Errors
    /// The command has no gateway.
    pub(super) fn requests(&self) -> Result<&Requests, Problem> {
        self.abilities.requests.as_ref().ok_or_else(|| Problem::conflict("this command has no gateway: its events come from a queue"))
    }

    /// Returns the names of the parts of a delivery, in order. Without a gateway, there are no requests, and so no proofs and no responses
    /// to them.
    pub(super) fn parts(&self) -> &'static [&'static str] {
        match self.abilities.requests {
            Some(_) => &["Verdict", "Headers", "Body", "Event", "Response", "Attempts", "Conversation"],
            None => &["Body", "Event", "Attempts", "Conversation"],
        }
    }

    /// Returns the states that a delivery can have, in the order of the page's filter. Only a gateway refuses requests, events that this
    /// command does not deliver stay queued, and only the embedded queue can lose a message to another command.
    pub(super) fn states(&self) -> Vec<State> {
        let Abilities { requests, retry, resend } = &self.abilities;
        let groups = [
            (true, &[State::Queued][..]),
            (retry.is_some() || resend.is_some(), &[State::Delivering, State::Delivered, State::Retrying, State::Dead]),
            (requests.is_some(), &[State::Quarantined, State::Refused, State::Rejected, State::NotQueued]),
            (retry.is_some(), &[State::Gone]),
        ];
        groups.into_iter().filter(|(is_possible, _)| *is_possible).flat_map(|(_, states)| states.iter().copied()).collect()
    }
}
