//! The events of a conversation, and the search for deliveries by their content.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::problem::Problem;
use super::state::Inspector;
use crate::history::{self, ConversationEvent};

/// The maximum length of a search text, in bytes.
const MAX_TEXT: usize = 1_000;

/// Returns the events of the conversation with that key.
pub(super) async fn conversation(
    State(inspector): State<Arc<Inspector>>,
    Path(subject): Path<String>,
) -> Result<Json<Vec<ConversationEvent>>, Problem> {
    Ok(Json(inspector.store.read(move |file| history::conversation(file, &subject)).await?))
}

/// The search text, and the number of the delivery after which to search.
#[derive(Deserialize)]
pub(super) struct Wanted {
    text: String,
    after: Option<i64>,
}

/// Returns the numbers of the deliveries whose path, headers, body or events contain the text.
pub(super) async fn search(
    State(inspector): State<Arc<Inspector>>,
    Query(Wanted { text, after }): Query<Wanted>,
) -> Result<Json<Vec<i64>>, Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem(StatusCode::BAD_REQUEST, format!("the search text is longer than {MAX_TEXT} bytes; shorten it")));
    }
    Ok(Json(inspector.store.read(move |file| history::search(file, &text, after.unwrap_or(0))).await?))
}
