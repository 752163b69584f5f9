//! One attempt to deliver an event, by the deployed worker's own code.

use std::time::Duration;

use tokio::time::timeout;
use worker::delivery::{Answer, observed};
use worker::handle::{Error, Event, Reason, State, handle};

use super::private::Private;

/// What delivers events to the receiver.
pub(crate) struct Handler {
    /// The worker's state.
    pub(crate) state: State,
    /// What the inspector must not show of a response.
    pub(crate) private: Private,
    /// How long an attempt can take.
    pub(crate) time_limit: Duration,
}

impl Handler {
    /// Delivers the event in a queue message once. Returns the outcome, and the receiver's response with secrets masked.
    pub(crate) async fn deliver(&self, body: &str) -> (Result<(), Error>, Option<Answer>) {
        let Some(event) = Event::parse(body, self.time_limit) else {
            return (Err(Error::because(Reason::Invalid, "the message is not an event")), None);
        };
        let (handled, answer) = observed(timeout(self.time_limit, handle(&self.state, &event))).await;
        let outcome = handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "it took too long")));
        (outcome, answer.map(|answer| self.private.mask(answer)))
    }
}
