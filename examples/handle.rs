//! Your own code in the worker: a body for `functions/worker/src/handle.rs`, compiled here so that what
//! docs/handling-events.md shows keeps working.

use chathooks_event::{Kind, Message};
use worker::handle::{Error, Event, State};

/// Handles one event: `Ok` takes it off the queue, `Err` leaves it there to be tried again.
///
/// # Errors
/// The event has to be tried again.
pub async fn handle(_state: &State, event: &Event) -> Result<(), Error> {
    let data = event.cloud_event()?.data;
    match (data.kind, &data.conversation, &data.message) {
        (Kind::Message, Some(conversation), Some(message)) => open_ticket(conversation, message).await,
        // Nothing to do for the others: they are done.
        _ => Ok(()),
    }
}

/// Stands for a call of yours.
async fn open_ticket(_conversation: &str, message: &Message) -> Result<(), Error> {
    match &message.text {
        Some(_) => Ok(()),
        None => Err(Error::new("the ticket system wants a text")),
    }
}
