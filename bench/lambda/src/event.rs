//! What the functions are sent: samples of `events/`, and a request of ten events made of one.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use testkit::{Post, Sample, samples};

/// Kommo's signed text message, the job of every variant.
///
/// # Errors
/// The sample is gone.
pub fn kommo_text() -> Result<Vec<u8>> {
    Ok(sample("kommo", "v2-text")?.event.to_string().into_bytes())
}

/// A callback of Kore.ai's with `count` messages; it is proved by a token, so its body can be made here.
///
/// # Errors
/// The sample is gone or of another form.
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
