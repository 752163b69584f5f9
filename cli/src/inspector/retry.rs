//! Further delivery attempts: retries of messages that wait for a retry or are dead, and resends of an event in any state.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::problem::Problem;
use super::state::Inspector;
use crate::delivery::Outcome;
use crate::history::{Attempt, bounds, events_of, fates, messages_of};

/// Retries the messages of a delivery now. Returns the new states.
pub(super) async fn retry(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<Json<Value>, Problem> {
    let queue =
        inspector.abilities.retry.as_ref().ok_or_else(|| Problem::conflict("only messages in the embedded queue can be retried"))?;
    let messages = inspector.store.read(move |file| messages_of(file, number)).await?;
    let count = queue.retry_now(messages).await?;
    if count == 0 {
        return Err(Problem::conflict("none of its messages is dead or waits for a retry"));
    }
    // The number of the change is read before the states, so that the states are at least as new.
    let read = move |file: &Connection| Ok((bounds(file)?, fates(file, vec![number])?));
    let ((.., change), fates) = inspector.store.read(read).await?;
    Ok(Json(json!({ "retried": count, "fates": fates, "change": change })))
}

/// Resends the event of a delivery to the receiver, and stores the attempt. The message in the queue does not change.
pub(super) async fn resend(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<Json<Value>, Problem> {
    let handler =
        inspector.abilities.resend.as_ref().ok_or_else(|| Problem::conflict("this command cannot resend events; replay the delivery"))?;
    let read = move |file: &Connection| Ok((events_of(file, number)?, messages_of(file, number)?));
    let (events, messages) = inspector.store.read(read).await?;
    let (Some(event), Some(message)) = (events.first(), messages.first()) else {
        return Err(Problem::conflict("it has no event to resend"));
    };
    let started = Instant::now();
    let (handled, answer) = handler.deliver(event).await;
    let took = started.elapsed();
    let status = answer.as_ref().map(|answer| answer.status);
    let error = handled.as_ref().err().map(ToString::to_string);
    let (name, outcome) = match handled {
        Ok(()) => ("delivered", Outcome::Delivered),
        Err(error) => ("failed", Outcome::Dead(error)),
    };
    let mut attempt = Attempt::new(*message, id(event), took, name, &outcome.settlement(), answer);
    attempt.is_manual = true;
    inspector.store.attempt(attempt);
    Ok(Json(json!({ "status": status, "error": error })))
}

fn id(event: &str) -> String {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    event["id"].as_str().unwrap_or_default().to_owned()
}
