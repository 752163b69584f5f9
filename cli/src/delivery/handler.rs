//! One attempt to deliver an event, with the deployed worker's code.

use std::time::Duration;

use tokio::time::timeout;
use worker::delivery::{Answer, observed};
use worker::handle::{Error, Event, Reason, State, handle};

use super::private::Private;

/// Delivers events to the receiver, or to a handler function.
pub(crate) struct Handler {
    /// The worker's state.
    pub(crate) state: State,
    /// The secrets to mask in a response.
    pub(crate) private: Private,
    /// The time limit of an attempt.
    pub(crate) time_limit: Duration,
}

impl Handler {
    /// Delivers the event in a queue message once. Returns the outcome, and the receiver's response with secrets masked.
    pub(crate) async fn deliver(&self, body: &str) -> (Result<(), Error>, Option<Answer>) {
        let Some(event) = Event::parse(body, self.time_limit) else {
            return (Err(Error::because(Reason::Invalid, "the message is not an event")), None);
        };
        let (handled, answer) = observed(timeout(self.time_limit, handle(&self.state, &event))).await;
        let outcome = handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "timed out")));
        (outcome, answer.map(|answer| self.private.mask(answer)))
    }
}
