//! The whole pipeline: any Lambda event, as it is and (for Kommo, who signs bodies) signed again.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use chathooks_fuzz::demo_settings;
use chathooks_fuzz::memory::Memory;
use libfuzzer_sys::fuzz_target;
use shared::event::{CloudEvent, Encoding};
use shared::function::Sender;
use shared::http_event::HttpEvent;
use shared::ingest::{Ingest, Prefix};
use shared::queue::{Destination, MAX_BYTES, Message};
use shared::received::Received;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));
static KOMMO: LazyLock<Vec<Sender>> = LazyLock::new(|| kommo::FUNCTION.senders(&demo_settings()).expect("demo settings"));
static INGEST: LazyLock<Ingest<Memory>> = LazyLock::new(|| {
    let settings = demo_settings();
    let functions = [&kommo::FUNCTION, &kommunicate::FUNCTION, &kore::FUNCTION, &qikchat::FUNCTION];
    let providers: Vec<_> = functions.iter().flat_map(|function| function.providers(&settings).expect("demo settings")).collect();
    Ingest::new(providers, Memory::default(), Prefix::Required, &settings).expect("demo settings")
});

fuzz_target!(|event: &[u8]| {
    let Ok(event) = serde_json::from_slice::<HttpEvent>(event) else { return };
    let mut request = event.into_received("fuzz".to_owned(), None);
    receive(&request);
    request.headers.splice(0..0, KOMMO[0].signer.sign(None, &request.body).expect("a demo secret"));
    receive(&request);
});

fn receive(request: &Received) {
    let delivery = RUNTIME.block_on(INGEST.receive(request, Instant::now()));
    let sent = INGEST.queue().take();
    let to = |destination| sent.iter().all(|(to, _)| *to == destination);
    match delivery.answer.status {
        200 => assert!(!sent.is_empty() && to(Destination::Main)),
        400 => assert!(sent.len() == 1 && to(Destination::Quarantine)),
        401 | 404 | 405 | 413 => assert!(sent.is_empty()),
        other => panic!("an answer that is not in the table: {other}"),
    }
    sent.iter().for_each(|(_, message)| check(message, &request.body));
}

/// A message that SQS takes, with the bytes that were sent.
fn check(message: &Message, body: &[u8]) {
    assert!(message.size() <= MAX_BYTES);
    assert!(!message.body.contains(|c: char| matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}')));
    let event: CloudEvent = serde_json::from_str(&message.body).expect("a CloudEvent");
    assert_eq!((&event.id, event.specversion.as_str()), (&message.id, "1.0"));
    let original = event.data.original;
    let bytes = match original.encoding {
        Encoding::Utf8 => original.body.into_bytes(),
        Encoding::Base64 => STANDARD.decode(original.body).expect("base64"),
    };
    match original.part {
        None => assert_eq!(bytes, body),
        Some(part) => assert!(part.index < part.count && body.windows(bytes.len().max(1)).any(|window| window == bytes)),
    }
}
