//! Any signed body for any webhook: the table of responses, and the contract of multiple events. The first byte selects
//! the webhook.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use chathooks_fuzz::parts;
use chathooks_fuzz::pipeline::Pipeline;
use libfuzzer_sys::fuzz_target;
use shared::envelope::FITTING_BYTES;
use shared::event::{CloudEvent, Encoding};
use shared::queue::Message;

static WEBHOOKS: LazyLock<Vec<(Pipeline, String)>> = LazyLock::new(|| {
    let webhooks = functions::PROVIDERS.iter().flat_map(|provider| provider.webhooks.iter().map(move |webhook| (*provider, webhook)));
    webhooks.map(|(provider, webhook)| (Pipeline::new(provider), webhook.paths[0].replace(['{', '}'], ""))).collect()
});

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let (pipeline, path) = &WEBHOOKS[usize::from(*choice) % WEBHOOKS.len()];
    let (delivery, messages) = pipeline.receive(path, body);
    messages.iter().for_each(check);
    match delivery.answer.status {
        200 => drop(parts::check(pipeline, path, body)),
        400 => assert_eq!(original(&messages[0]), body),
        413 => assert!(messages.is_empty()),
        other => panic!("a status that is not in the table: {other}"),
    }
});

/// Asserts that SQS accepts a message.
fn check(message: &Message) {
    assert!(message.size() <= FITTING_BYTES);
    assert!(!message.body.contains(|c: char| matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}')));
}

fn original(message: &Message) -> Vec<u8> {
    let original = serde_json::from_str::<CloudEvent>(&message.body).expect("an event").data.original;
    match original.encoding {
        Encoding::Utf8 => original.body.into_bytes(),
        Encoding::Base64 => STANDARD.decode(original.body).expect("base64"),
        other => panic!("{other:?}"),
    }
}
