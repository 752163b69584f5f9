//! Another attempt to deliver, at once: of what waits for one, and of dead letters.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::problem::Problem;
use super::state::Inspector;
use crate::gateway::Backend;
use crate::history::{bounds, fates, messages_of};

/// Tries the events of a delivery again now; says what has become of it.
pub(super) async fn retry(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<Json<Value>, Problem> {
    let store = &inspector.gateway.store;
    let Backend::Sqlite(queue) = &inspector.gateway.ingest.queue().backend else {
        return Err(Problem::conflict("its events are in SQS: `chathooks redrive` brings dead letters back there"));
    };
    let messages = store.read(move |file| messages_of(file, number)).await?;
    let count = queue.retry_now(messages).await?;
    if count == 0 {
        return Err(Problem::conflict("nothing of it waits for another attempt or is dead"));
    }
    // The attempt first: what became of it is then as new as that, or newer.
    let read = move |file: &Connection| Ok((bounds(file)?, fates(file, vec![number])?));
    let ((.., attempt), fates) = store.read(read).await?;
    Ok(Json(json!({ "retried": count, "fates": fates, "attempt": attempt })))
}
