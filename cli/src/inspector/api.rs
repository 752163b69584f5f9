//! The page's requests: read deliveries, mark them, clear them, and make SQS fail.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::timestamp::Timestamp;

use super::mask;
use super::problem::Problem;
use super::store::{self, Details, Stored, Summary};
use crate::curl;
use crate::dev::fault::Fault;
use crate::dev::gateway::Gateway;
use crate::verdict::Verdict;

/// The most lines of one answer.
const PAGE: u32 = 1_000;

/// Which lines.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
    limit: Option<u32>,
}

/// Lines of the list, newest first.
pub(super) async fn list(State(gateway): State<Arc<Gateway>>, Query(which): Query<Before>) -> Result<Json<Vec<Summary>>, Problem> {
    let (before, limit) = (which.before.unwrap_or(i64::MAX), which.limit.unwrap_or(PAGE).min(PAGE));
    Ok(Json(gateway.store.work(move |file| Summary::before(file, before, limit)).await?))
}

/// What the page shows of one delivery.
#[derive(Serialize)]
pub(super) struct Shown {
    delivery: Details,
    proof: Option<Verdict>,
}

/// All that is known of one delivery. The verdict is made anew, with the secrets in force, as of the time of
/// receipt: it is none where the body was not kept.
pub(super) async fn details(State(gateway): State<Arc<Gateway>>, Path(number): Path<i64>) -> Result<Json<Shown>, Problem> {
    let read = gateway.store.work(move |file| Ok(Details::read(file, number)?.zip(Stored::read(file, number)?)));
    let (mut delivery, stored) = read.await?.ok_or_else(Problem::gone)?;
    mask::mask(&mut delivery.headers, &gateway.senders);
    // Dozens of hypotheses over a body: away from the thread that answers webhooks.
    let verdict = stored.is_whole.then(|| {
        let gateway = Arc::clone(&gateway);
        tokio::task::spawn_blocking(move || {
            let now = Timestamp::from_millis(stored.received_at).unwrap_or_else(Timestamp::now);
            Verdict::of(&gateway.senders, &gateway.sources, &stored.request, now)
        })
    });
    let proof = match verdict {
        Some(verdict) => Some(verdict.await.map_err(|_| anyhow::anyhow!("no verdict: this is a bug in chathooks"))?),
        None => None,
    };
    Ok(Json(Shown { delivery, proof }))
}

/// A command that repeats a delivery, with its proof.
pub(super) async fn curl(State(gateway): State<Arc<Gateway>>, Path(number): Path<i64>) -> Result<String, Problem> {
    let stored = whole(&gateway, number).await?;
    let is_kept =
        |name: &str| !matches!(name, "host" | "content-length" | "connection" | "accept-encoding" | "transfer-encoding" | "expect");
    let headers: Vec<_> = stored.request.headers.into_iter().filter(|(name, _)| is_kept(name)).collect();
    Ok(curl::command(&format!("{}{}", gateway.setup.origin, stored.request.path), &headers, &stored.request.body))
}

/// A delivery with its body.
///
/// # Errors
/// It is no longer kept, or its body never was.
pub(super) async fn whole(gateway: &Gateway, number: i64) -> Result<Stored, Problem> {
    let stored = gateway.store.work(move |file| Stored::read(file, number)).await?.ok_or_else(Problem::gone)?;
    if !stored.is_whole {
        return Err(Problem::conflict("its body was too large to be kept"));
    }
    Ok(stored)
}

/// Marks a delivery as seen.
pub(super) async fn seen(State(gateway): State<Arc<Gateway>>, Path(number): Path<i64>) -> Result<StatusCode, Problem> {
    gateway.store.work(move |file| store::mark_seen(file, number)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How SQS is to fail.
#[derive(Deserialize)]
pub(super) struct Failing {
    sqs: String,
}

/// Makes SQS fail from now on, or work again.
pub(super) async fn fault(State(gateway): State<Arc<Gateway>>, Json(failing): Json<Failing>) -> Result<StatusCode, Problem> {
    let fault = Fault::named(&failing.sqs).ok_or_else(|| Problem(StatusCode::BAD_REQUEST, "SQS does not fail in that way".to_owned()))?;
    gateway.fail(fault);
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets all deliveries. Events stay in the queue.
pub(super) async fn clear(State(gateway): State<Arc<Gateway>>) -> Result<StatusCode, Problem> {
    gateway.store.clear().await?;
    Ok(StatusCode::NO_CONTENT)
}
