//! Saves a delivery as a sample in `events/`: a complete Lambda HTTP event, signed with the demo secrets.
//!
//! A sample keeps only the headers that describe the body, so it contains no secret of the user and no address. The body is not
//! changed, and the page warns that it contains what people wrote.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::api::whole;
use super::problem::Problem;
use super::state::Inspector;
use crate::endpoints::Endpoints;
use crate::request::capture::lambda_event;
use crate::request::sign;

/// The headers that a sample keeps.
const KEPT: [&str; 3] = ["accept", "content-type", "user-agent"];

/// The name of the sample.
#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

/// Writes the sample to `events/<provider>/` in this checkout, and returns its path. Without such a folder, returns the sample
/// itself. Never overwrites another sample.
pub(super) async fn save(
    State(inspector): State<Arc<Inspector>>,
    Path(number): Path<i64>,
    Json(Name { name }): Json<Name>,
) -> Result<Json<Value>, Problem> {
    if !is_name(&name) {
        return Err(Problem(StatusCode::BAD_REQUEST, "a name must consist of a to z, 0 to 9 and `-`, as in `picture-2`".to_owned()));
    }
    let recorded = whole(&inspector, number).await?;
    let endpoints = Endpoints::read(&inspector.requests()?.sources.demo()).context("the demo secrets are invalid")?;
    let mut request = recorded.request;
    request.headers.retain(|(name, _)| KEPT.iter().any(|kept| kept.eq_ignore_ascii_case(name)));
    sign(&mut request, &endpoints)?;
    let provider = endpoints.of_path(&request.path).map(|(endpoint, _)| endpoint.provider.name).unwrap_or_default();
    let received_at = Timestamp::from_millis(recorded.received_at).unwrap_or_else(Timestamp::now);
    let event = format!("{:#}\n", lambda_event::write(&request, received_at));
    let Some(folder) = folder(provider) else {
        return Ok(Json(json!({ "event": event, "file": format!("{name}.json") })));
    };
    let path = folder.join(format!("{name}.json"));
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(event.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Problem::conflict(format!("{provider}/{name} exists already; choose another name")));
        }
        Err(error) => return Err(anyhow::Error::from(error).context(format!("cannot write {}", path.display())).into()),
    }
    Ok(Json(json!({ "saved": format!("events/{provider}/{name}.json"), "send": format!("cargo chathooks send {provider}/{name}") })))
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_plain) && !name.starts_with('-')
}

/// Returns the provider's folder of samples, in the current folder or in the nearest parent that has one.
fn folder(provider: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|above| above.join("events").join(provider)).find(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_folder() {
        for name in ["a", "picture-2", &"a".repeat(64)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "A", "a.json", "../a", "a/b", "a b", "ä", &"a".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
