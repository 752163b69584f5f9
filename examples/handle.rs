//! Your own code in the worker: a body for `functions/worker/src/handle.rs`. It is compiled here so
//! that the code in docs/handling-events.md keeps working.

use chathooks_event::{Kind, Message};
use worker::handle::{Error, Event, State};

/// Handles one event: `Ok` removes it from the queue; `Err` leaves it there to be retried.
///
/// # Errors
/// If the event has to be retried.
pub async fn handle(_state: &State, event: &Event) -> Result<(), Error> {
    let data = event.cloud_event()?.data;
    match (data.kind, &data.conversation, &data.message) {
        (Kind::Message, Some(conversation), Some(message)) => open_ticket(conversation, message).await,
        // Nothing to do for the others: they are done.
        _ => Ok(()),
    }
}

/// Stands in for a call to your own system.
async fn open_ticket(_conversation: &str, message: &Message) -> Result<(), Error> {
    match &message.text {
        Some(_) => Ok(()),
        None => Err(Error::new("the ticket system requires a text")),
    }
}
