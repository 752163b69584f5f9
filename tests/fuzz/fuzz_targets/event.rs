//! Any Lambda event, unmodified: nothing without a valid proof is queued.

#![no_main]

use std::sync::LazyLock;

use chathooks_fuzz::endpoints;
use libfuzzer_sys::fuzz_target;
use shared::http_event::HttpEvent;
use shared::ingest::Ingest;
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, Receipt};
use shared::route::Prefix;
use shared::settings::Settings;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));
static INGEST: LazyLock<Ingest<Refusing>> =
    LazyLock::new(|| Ingest::new(endpoints(), Refusing, Prefix::Optional, &Settings::new(|_| None)).expect("no settings"));

/// A queue that accepts nothing, so a 503 marks a request with a valid proof.
struct Refusing;

impl Queue for Refusing {
    fn is_ordered(&self) -> bool {
        false
    }

    async fn send(&self, _: Destination, messages: &[Message], _: Budget) -> Result<Receipt, NotQueued> {
        assert!(!messages.is_empty());
        Err(NotQueued { code: "AccessDenied".to_owned() })
    }
}

fuzz_target!(|event: &[u8]| {
    let Ok(event) = serde_json::from_slice::<HttpEvent>(event) else { return };
    let request = event.into_received("fuzz".to_owned(), None);
    let delivery = RUNTIME.block_on(INGEST.receive(&request, Instant::now()));
    match delivery.answer.status {
        503 => assert!(delivery.details.key_position.is_some()),
        401 | 404 | 405 | 413 => assert!(delivery.details.channel.is_none()),
        other => panic!("a status that is not in the table: {other}"),
    }
});
