//! Baseline: verifies a Kommo webhook, sends it to SQS, and responds. Everything has its default, as in the examples of the SDK
//! and cargo-lambda: the crates' features, the release profile, the SDK's configuration and the multi-threaded runtime.

use aws_sdk_sqs::Client;
use hmac::{Hmac, KeyInit, Mac};
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};
use sha1::Sha1;

struct State {
    client: Client,
    queue_url: String,
    secret: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let state = State {
        client: Client::new(&config),
        queue_url: std::env::var("QUEUE_URL")?,
        secret: std::env::var("KOMMO_SECRET")?,
    };
    let state = &state;
    run(service_fn(|request: Request| async move { receive(state, request).await })).await
}

async fn receive(state: &State, request: Request) -> Result<Response<Body>, Error> {
    let body = request.body().as_ref();
    let signature = request.headers().get("x-signature").and_then(|value| hex::decode(value).ok()).unwrap_or_default();
    let mut mac = Hmac::<Sha1>::new_from_slice(state.secret.as_bytes())?;
    mac.update(body);
    if mac.verify_slice(&signature).is_err() {
        tracing::warn!("wrong signature");
        return Ok(Response::builder().status(401).body(Body::Empty)?);
    }
    let sent = state.client.send_message().queue_url(&state.queue_url).message_body(std::str::from_utf8(body)?).send().await?;
    tracing::info!(message_id = sent.message_id(), "queued");
    Ok(Response::builder().status(200).body(Body::Empty)?)
}
