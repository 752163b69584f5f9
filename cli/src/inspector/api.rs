//! The part of the API that reads deliveries, marks them as seen, clears them, and makes SQS fail.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::received::Received;
use shared::timestamp::Timestamp;

use super::mask;
use super::problem::Problem;
use super::setup::Setup;
use super::state::{Abilities, Inspector, Requests};
use crate::gateway::Fault;
use crate::history::{self, Details, ListLine, MAX_DELIVERIES, Recorded};
use crate::request::curl;
use crate::terminal::program;
use crate::verdict::Verdict;

/// Returns what does not change while the command runs, including what the inspector can do.
pub(super) async fn setup(State(inspector): State<Arc<Inspector>>) -> Json<Value> {
    let Setup { origin, queue, worker, webhooks } = &inspector.setup;
    let Abilities { requests, retry, resend } = &inspector.abilities;
    let endpoints = requests.iter().flat_map(|requests| requests.gateway.endpoints.as_slice());
    let examples: Map<String, Value> =
        endpoints.map(|endpoint| (endpoint.webhook.name.to_owned(), json!(endpoint.webhook.example))).collect();
    let faults = Fault::ALL.map(|(_, name, effect)| json!({"name": name, "effect": effect}));
    Json(json!({
        "origin": origin, "queue": queue, "worker": worker, "webhooks": webhooks, "examples": examples, "faults": faults,
        "can": {"send": requests.is_some(), "retry": retry.is_some(), "resend": resend.is_some()}, "parts": inspector.parts(),
        "states": inspector.states(),
        "kept_in": inspector.store.path().display().to_string(),
        "most": MAX_DELIVERIES, "program": program(),
    }))
}

/// The maximum number of deliveries in one response.
const PAGE: u32 = 1_000;

/// Which deliveries to return: up to `limit` with a number below `before`.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
    limit: Option<u32>,
}

/// Returns deliveries as entries of the list, newest first.
pub(super) async fn list(State(inspector): State<Arc<Inspector>>, Query(which): Query<Before>) -> Result<Json<Vec<ListLine>>, Problem> {
    let (before, limit) = (which.before.unwrap_or(i64::MAX), which.limit.unwrap_or(PAGE).min(PAGE));
    Ok(Json(inspector.store.read(move |file| ListLine::before(file, before, limit)).await?))
}

/// One delivery, and the verdict on it.
#[derive(Serialize)]
pub(super) struct DeliveryPage {
    delivery: Details,
    proof: Option<Verdict>,
}

/// Returns one delivery. The verdict uses the secrets in force now, and the time when the request was received. It is null if the body
/// was not kept, or if there was no request.
pub(super) async fn details(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<Json<DeliveryPage>, Problem> {
    let read = inspector.store.read(move |file| Ok(Details::read(file, number)?.zip(Recorded::read(file, number)?)));
    let (mut delivery, recorded) = read.await?.ok_or_else(Problem::gone)?;
    let answers = delivery.attempts.iter_mut().filter_map(|attempt| Some(&mut attempt.answer.as_mut()?.headers));
    for headers in std::iter::once(&mut delivery.headers).chain(answers) {
        mask::mask(headers, inspector.requests().map_or(&[], |requests| requests.gateway.endpoints.as_slice()));
    }
    if inspector.requests().is_err() || !recorded.is_whole {
        return Ok(Json(DeliveryPage { delivery, proof: None }));
    }
    // A verdict tries dozens of hypotheses. On this thread, it would delay the responses to webhooks.
    let verdict = tokio::task::spawn_blocking(move || {
        let now = Timestamp::from_millis(recorded.received_at).unwrap_or_else(Timestamp::now);
        let Requests { gateway, sources } = inspector.requests().ok()?;
        Some(Verdict::of(&gateway.endpoints, sources, &recorded.request, now))
    });
    let proof = verdict.await.map_err(|_| anyhow::anyhow!("no verdict: this is a bug in chathooks"))?;
    Ok(Json(DeliveryPage { delivery, proof }))
}

/// Returns a `curl` command that resends the request, with its proof.
pub(super) async fn curl(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<String, Problem> {
    inspector.requests()?;
    let recorded = whole(&inspector, number).await?;
    let is_kept =
        |name: &str| !matches!(name, "host" | "content-length" | "connection" | "accept-encoding" | "transfer-encoding" | "expect");
    let Received { path, query, headers, body, .. } = recorded.request;
    let headers: Vec<_> = headers.into_iter().filter(|(name, _)| is_kept(name)).collect();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    Ok(curl::command(&format!("{}{path}{query}", inspector.setup.origin), &headers, &body))
}

/// Returns a recorded request with its body.
///
/// # Errors
/// The delivery is no longer kept, or its body was not kept.
pub(super) async fn whole(inspector: &Inspector, number: i64) -> Result<Recorded, Problem> {
    let recorded = inspector.store.read(move |file| Recorded::read(file, number)).await?.ok_or_else(Problem::gone)?;
    if !recorded.is_whole {
        return Err(Problem::conflict("its body was too large to keep"));
    }
    Ok(recorded)
}

/// Marks a delivery as seen.
pub(super) async fn seen(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<StatusCode, Problem> {
    inspector.store.change(move |file| history::mark_seen(file, number)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The name of a fault.
#[derive(Deserialize)]
pub(super) struct FaultName {
    sqs: String,
}

/// Sets the fault of SQS.
pub(super) async fn fault(State(inspector): State<Arc<Inspector>>, Json(named): Json<FaultName>) -> Result<StatusCode, Problem> {
    let fault = Fault::named(&named.sqs).ok_or_else(|| Problem(StatusCode::BAD_REQUEST, "no fault has this name".to_owned()))?;
    inspector.requests()?.gateway.fail(fault);
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes all deliveries from the history. Events stay in the queue.
pub(super) async fn clear(State(inspector): State<Arc<Inspector>>) -> Result<StatusCode, Problem> {
    inspector.store.clear().await?;
    Ok(StatusCode::NO_CONTENT)
}
