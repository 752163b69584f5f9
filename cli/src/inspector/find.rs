//! The events of a conversation, and the search for deliveries by their content.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::problem::Problem;
use super::state::Inspector;
use crate::history::{self, ConversationEvent};

/// The longest search text, in bytes.
const LONGEST: usize = 1_000;

/// Returns the events of a conversation by its key.
pub(super) async fn conversation(
    State(inspector): State<Arc<Inspector>>,
    Path(subject): Path<String>,
) -> Result<Json<Vec<ConversationEvent>>, Problem> {
    Ok(Json(inspector.store.read(move |file| history::conversation(file, &subject)).await?))
}

/// The search text, and the number after which to search.
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
    if text.len() > LONGEST {
        return Err(Problem(StatusCode::BAD_REQUEST, format!("a text has at most {LONGEST} bytes")));
    }
    Ok(Json(inspector.store.read(move |file| history::search(file, &text, after.unwrap_or(0))).await?))
}
