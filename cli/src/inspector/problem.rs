//! Errors of the API.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::request::Unprovable;

/// A status, and a message for the user.
#[derive(Debug)]
pub(super) struct Problem(pub(super) StatusCode, pub(super) String);

impl Problem {
    /// Returns the problem of a delivery that does not exist.
    pub(super) fn gone() -> Self {
        Self(StatusCode::NOT_FOUND, "this delivery is no longer in the history".to_owned())
    }

    /// Returns the problem of an action that is impossible for the delivery or the command.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self(StatusCode::CONFLICT, detail.into())
    }
}

impl From<Unprovable> for Problem {
    fn from(reason: Unprovable) -> Self {
        Self::conflict(match reason {
            Unprovable::NoProvider => "no webhook has its path".to_owned(),
            Unprovable::NoSecret { keyring } => format!("{keyring} has no secret for its channel; add one for it, or one for `*`"),
        })
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "detail": self.1 }))).into_response()
    }
}
