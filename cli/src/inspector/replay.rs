//! Replays a delivery: unchanged, with another body and a new proof, or tampered with. Also sends the examples.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::received::Received;
use uuid::Uuid;

use super::api::whole;
use super::problem::Problem;
use super::state::Inspector;
use crate::endpoints::Endpoints;
use crate::gateway::Gateway;
use crate::request::{broken, proof, sign};

/// What to change. By default, nothing changes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    /// Another body, signed with the secrets in force.
    body: Option<String>,
    /// What to tamper with.
    tamper: Option<Tamper>,
}

/// What to tamper with.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tamper {
    /// Append a space to the body. This invalidates a signature, but not a token.
    Body,
    /// Change one character of the proof.
    Proof,
}

/// Replays a recorded request through the pipeline.
pub(super) async fn replay(
    State(inspector): State<Arc<Inspector>>,
    Path(number): Path<i64>,
    Json(change): Json<Change>,
) -> Result<Json<Value>, Problem> {
    let gateway = &inspector.requests()?.gateway;
    let mut request = whole(&inspector, number).await?.request;
    changed(&mut request, &gateway.endpoints, change)?;
    delivered(gateway, request, Some(number)).await
}

/// Sends the example of a webhook through the pipeline, signed with the secrets in force.
pub(super) async fn example(State(inspector): State<Arc<Inspector>>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let gateway = &inspector.requests()?.gateway;
    let endpoints = &gateway.endpoints;
    let webhook = endpoints.as_slice().iter().map(|endpoint| endpoint.webhook).find(|webhook| webhook.name == name);
    let webhook = webhook.ok_or_else(Problem::gone)?;
    let known = inspector.setup.webhooks.iter().find(|webhook| webhook.name == name);
    let path = known.and_then(|webhook| webhook.path.clone());
    let path = path.ok_or_else(|| Problem::conflict(format!("{} has no secret for any channel", webhook.keyring)))?;
    let mut request = Received {
        method: "POST".to_owned(),
        path,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: webhook.example.into(),
        request_id: Uuid::now_v7().to_string(),
        ..Received::default()
    };
    sign(&mut request, endpoints)?;
    delivered(gateway, request, None).await
}

/// Sends a request through the pipeline. Returns the number of the delivery and the status.
pub(super) async fn delivered(gateway: &Gateway, request: Received, replay_of: Option<i64>) -> Result<Json<Value>, Problem> {
    let bytes = request.body.len();
    let (answer, written) = gateway.deliver(request, bytes, replay_of).await;
    let number = written.await.map_err(|_| anyhow::anyhow!("the response was {}, but the delivery could not be stored", answer.status))?;
    Ok(Json(json!({ "number": number, "status": answer.status })))
}

fn changed(request: &mut Received, endpoints: &Endpoints, change: Change) -> Result<(), Problem> {
    if let Some(body) = change.body {
        request.body = body.into_bytes();
        sign(request, endpoints)?;
    }
    match change.tamper {
        None => {}
        Some(Tamper::Body) => request.body.push(b' '),
        Some(Tamper::Proof) => {
            let (.., proof) = proof(endpoints, request)?;
            let proof = request.headers.iter_mut().find(|(known, _)| proof.iter().any(|(name, _)| name.eq_ignore_ascii_case(known)));
            let (_, value) = proof.ok_or_else(|| Problem::conflict("it has no proof to tamper with"))?;
            *value = broken(value);
        }
    }
    let length = request.body.len().to_string();
    request
        .headers
        .iter_mut()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .for_each(|(_, value)| value.clone_from(&length));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::timestamp::Timestamp;

    use crate::settings::Sources;

    fn endpoints() -> Endpoints {
        Endpoints::read(&Sources::of_file("").settings()).expect("endpoints")
    }

    fn is_accepted(path: &str, change: Change) -> bool {
        let endpoints = endpoints();
        let mut request = Received {
            path: path.to_owned(),
            body: b"{}".to_vec(),
            headers: vec![("content-length".to_owned(), "2".to_owned())],
            ..Received::default()
        };
        sign(&mut request, &endpoints).expect("a proof");
        changed(&mut request, &endpoints, change).expect("a change");
        assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));
        let (endpoint, channel) = endpoints.of_path(path).expect("an endpoint");
        endpoint.verify(&request, channel.as_deref(), Timestamp::now()).is_ok()
    }

    #[test]
    fn a_new_body_is_signed_and_a_changed_one_is_refused_if_the_proof_covers_it() {
        for (path, is_signed) in [
            ("/kommo/a", true),
            ("/kommunicate/a", false),
            ("/kore/callback/a", false),
            ("/kore/chatbot/hooks/a", false),
            ("/qikchat/a", false),
        ] {
            assert!(is_accepted(path, Change::default()), "{path}");
            assert!(is_accepted(path, Change { body: Some("[1]".to_owned()), tamper: None }), "{path}");
            assert_eq!(is_accepted(path, Change { tamper: Some(Tamper::Body), ..Change::default() }), !is_signed, "{path}");
            assert!(!is_accepted(path, Change { tamper: Some(Tamper::Proof), ..Change::default() }), "{path}");
        }
    }

    #[test]
    fn a_request_that_cannot_have_a_proof_is_refused_with_the_reason() {
        let problem = |path: &str, change: Change| {
            let mut request = Received { path: path.to_owned(), ..Received::default() };
            changed(&mut request, &endpoints(), change).map_err(|Problem(_, detail)| detail)
        };
        assert_eq!(problem("/nobody", Change { body: Some(String::new()), tamper: None }), Err("no webhook has its path".to_owned()));
        let tampered = problem("/kommo/a", Change { tamper: Some(Tamper::Proof), ..Change::default() });
        assert_eq!(tampered, Err("it has no proof to tamper with".to_owned()));
        assert_eq!(problem("/nobody", Change::default()), Ok(()));
    }
}
