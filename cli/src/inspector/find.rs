//! What the page looks for: the events of a conversation, and deliveries by their content.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::problem::Problem;
use super::state::Inspector;
use crate::history::{self, ConversationEvent};

/// The longest text that is looked for.
const LONGEST: usize = 1_000;

/// The events of a conversation, given by its key.
pub(super) async fn conversation(
    State(inspector): State<Arc<Inspector>>,
    Path(subject): Path<String>,
) -> Result<Json<Vec<ConversationEvent>>, Problem> {
    Ok(Json(inspector.gateway.store.read(move |file| history::conversation(file, &subject)).await?))
}

/// What is looked for, and after which delivery.
#[derive(Deserialize)]
pub(super) struct Wanted {
    text: String,
    after: Option<i64>,
}

/// The numbers of the deliveries whose path, headers, body or events hold a text.
pub(super) async fn search(
    State(inspector): State<Arc<Inspector>>,
    Query(Wanted { text, after }): Query<Wanted>,
) -> Result<Json<Vec<i64>>, Problem> {
    if text.len() > LONGEST {
        return Err(Problem(StatusCode::BAD_REQUEST, format!("a text has at most {LONGEST} bytes")));
    }
    Ok(Json(inspector.gateway.store.read(move |file| history::search(file, &text, after.unwrap_or(0))).await?))
}
