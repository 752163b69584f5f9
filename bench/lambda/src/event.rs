//! The events that the functions receive: samples from `events/`, and a request with any number of events.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use testkit::{Post, Sample, samples};

/// Returns Kommo's signed text message, which every variant handles.
///
/// # Errors
/// The sample is missing.
pub fn kommo_text() -> Result<Vec<u8>> {
    Ok(sample("kommo", "v2-text")?.event.to_string().into_bytes())
}

/// Returns a Kore.ai callback with `count` messages. Its proof is a token, so the body can change without a new signature.
///
/// # Errors
/// The sample is missing or has another shape.
pub fn kore_callback(count: usize) -> Result<Vec<u8>> {
    let sample = sample("kore", "callback-v2-several")?;
    let mut body: Value = serde_json::from_slice(&sample.body)?;
    let one = body["data"].get(0).context("the sample has messages")?.clone();
    let message = |index| {
        let mut message = one.clone();
        message["messageId"] = json!(format!("ms-e47421a2-581a-4f9e-9f72-{index:012}"));
        message
    };
    body["data"] = (0..count).map(message).collect();
    let post = Post { body: body.to_string().into_bytes(), ..Post::of(&sample) };
    Ok(post.event().to_string().into_bytes())
}

fn sample(provider: &str, name: &str) -> Result<Sample> {
    let found = samples(provider).into_iter().find(|sample| sample.name == name);
    found.with_context(|| format!("events/{provider}/{name}.json is missing"))
}
