//! The page's requests: read deliveries, mark them, clear them, and make SQS fail.

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
use super::state::Inspector;
use crate::gateway::Fault;
use crate::history::{self, Details, ListLine, MAX_DELIVERIES, Recorded};
use crate::request::curl;
use crate::terminal::program;
use crate::verdict::Verdict;

/// What does not change while `dev` runs.
pub(super) async fn setup(State(inspector): State<Arc<Inspector>>) -> Json<Value> {
    let Setup { origin, queue, worker, webhooks } = &inspector.setup;
    let examples = inspector.gateway.endpoints.as_slice().iter().map(|endpoint| (endpoint.webhook.name, json!(endpoint.webhook.example)));
    let examples: Map<String, Value> = examples.map(|(name, example)| (name.to_owned(), example)).collect();
    let faults = Fault::ALL.map(|(_, name, effect)| json!({"name": name, "effect": effect}));
    Json(json!({
        "origin": origin, "queue": queue, "worker": worker, "webhooks": webhooks, "examples": examples, "faults": faults,
        "kept_in": inspector.gateway.store.path().display().to_string(),
        "most": MAX_DELIVERIES, "program": program(),
    }))
}

/// The most lines of one answer.
const PAGE: u32 = 1_000;

/// Which lines.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
    limit: Option<u32>,
}

/// Lines of the list, newest first.
pub(super) async fn list(State(inspector): State<Arc<Inspector>>, Query(which): Query<Before>) -> Result<Json<Vec<ListLine>>, Problem> {
    let (before, limit) = (which.before.unwrap_or(i64::MAX), which.limit.unwrap_or(PAGE).min(PAGE));
    Ok(Json(inspector.gateway.store.read(move |file| ListLine::before(file, before, limit)).await?))
}

/// What the page shows of one delivery.
#[derive(Serialize)]
pub(super) struct DeliveryPage {
    delivery: Details,
    proof: Option<Verdict>,
}

/// All that is known of one delivery. The verdict is made anew, with the secrets in force, as of the time of
/// receipt: it is none where the body was not kept.
pub(super) async fn details(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<Json<DeliveryPage>, Problem> {
    let read = inspector.gateway.store.read(move |file| Ok(Details::read(file, number)?.zip(Recorded::read(file, number)?)));
    let (mut delivery, recorded) = read.await?.ok_or_else(Problem::gone)?;
    let answers = delivery.attempts.iter_mut().filter_map(|attempt| Some(&mut attempt.answer.as_mut()?.headers));
    for headers in std::iter::once(&mut delivery.headers).chain(answers) {
        mask::mask(headers, inspector.gateway.endpoints.as_slice());
    }
    // Dozens of hypotheses over a body: away from the thread that answers webhooks.
    let verdict = recorded.is_whole.then(|| {
        let inspector = Arc::clone(&inspector);
        tokio::task::spawn_blocking(move || {
            let now = Timestamp::from_millis(recorded.received_at).unwrap_or_else(Timestamp::now);
            Verdict::of(&inspector.gateway.endpoints, &inspector.sources, &recorded.request, now)
        })
    });
    let proof = match verdict {
        Some(verdict) => Some(verdict.await.map_err(|_| anyhow::anyhow!("no verdict: this is a bug in chathooks"))?),
        None => None,
    };
    Ok(Json(DeliveryPage { delivery, proof }))
}

/// A command that repeats a delivery, with its proof.
pub(super) async fn curl(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<String, Problem> {
    let recorded = whole(&inspector, number).await?;
    let is_kept =
        |name: &str| !matches!(name, "host" | "content-length" | "connection" | "accept-encoding" | "transfer-encoding" | "expect");
    let Received { path, query, headers, body, .. } = recorded.request;
    let headers: Vec<_> = headers.into_iter().filter(|(name, _)| is_kept(name)).collect();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    Ok(curl::command(&format!("{}{path}{query}", inspector.setup.origin), &headers, &body))
}

/// A delivery with its body.
///
/// # Errors
/// It is no longer kept, or its body never was.
pub(super) async fn whole(inspector: &Inspector, number: i64) -> Result<Recorded, Problem> {
    let recorded = inspector.gateway.store.read(move |file| Recorded::read(file, number)).await?.ok_or_else(Problem::gone)?;
    if !recorded.is_whole {
        return Err(Problem::conflict("its body was too large to be kept"));
    }
    Ok(recorded)
}

/// Marks a delivery as seen.
pub(super) async fn seen(State(inspector): State<Arc<Inspector>>, Path(number): Path<i64>) -> Result<StatusCode, Problem> {
    inspector.gateway.store.change(move |file| history::mark_seen(file, number)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How SQS is to fail.
#[derive(Deserialize)]
pub(super) struct Failing {
    sqs: String,
}

/// Makes SQS fail from now on, or work again.
pub(super) async fn fault(State(inspector): State<Arc<Inspector>>, Json(failing): Json<Failing>) -> Result<StatusCode, Problem> {
    let fault = Fault::named(&failing.sqs).ok_or_else(|| Problem(StatusCode::BAD_REQUEST, "SQS does not fail in that way".to_owned()))?;
    inspector.gateway.fail(fault);
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets all deliveries. Events stay in the queue.
pub(super) async fn clear(State(inspector): State<Arc<Inspector>>) -> Result<StatusCode, Problem> {
    inspector.gateway.store.clear().await?;
    Ok(StatusCode::NO_CONTENT)
}
