//! The pipeline, from a request to an answer, with a queue in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::value::RawValue;
use shared::event::CloudEvent;
use shared::ingest::{Delivery, Ingest, Prefix};
use shared::provider::Provider;
use shared::queue::{Destination, MAX_BYTES, Message};
use shared::received::Received;
use shared::settings::Settings;
use tokio::runtime::Builder;
use tokio::time::Instant;

use crate::acme::{Acme, BUDGET, signed};
use crate::envelope::{body, original_bytes};
use crate::memory::{Memory, Mood};

/// What became of a request.
struct Outcome {
    delivery: Delivery,
    calls: Vec<(Destination, Vec<Message>)>,
    bodies_read: usize,
    /// By a clock that moves only while everything waits.
    took: Duration,
}

impl Outcome {
    fn status(&self) -> u16 {
        self.delivery.answer.status
    }

    fn header(&self, name: &str) -> Option<&'static str> {
        self.delivery.answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The bytes of each event in the queue, and the destination of all of them.
    fn queued(&self) -> (Vec<Vec<u8>>, Destination) {
        let [(to, messages)] = self.calls.as_slice() else { panic!("{} calls", self.calls.len()) };
        let read = |message: &Message| serde_json::from_str::<CloudEvent>(&message.body).expect("a CloudEvent").data.original;
        (messages.iter().map(|message| original_bytes(&read(message))).collect(), *to)
    }
}

fn receive(request: &Received, mood: Mood) -> Outcome {
    receive_behind(Prefix::Required, request, mood)
}

fn receive_behind(prefix: Prefix, request: &Received, mood: Mood) -> Outcome {
    let bodies_read = Arc::new(AtomicUsize::new(0));
    let provider = Acme { bodies_read: Arc::clone(&bodies_read) };
    let ingest =
        Ingest::new(vec![Box::new(provider) as Box<dyn Provider>], Memory::that(mood), prefix, &Settings::new(|_| None)).expect("settings");
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (delivery, took) = runtime.block_on(async {
        let started = Instant::now();
        let answer = tokio::time::timeout(Duration::from_secs(60), ingest.receive(request, started)).await;
        (answer.expect("an answer within a minute"), started.elapsed())
    });
    Outcome { delivery, took, calls: ingest.queue().calls(), bodies_read: bodies_read.load(Ordering::Relaxed) }
}

/// Bodies of which many are JSON.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let json = prop::sample::select(vec![
        "{}",
        "[]",
        "[1]",
        "[1,\"\\ud83d\",{}]",
        " [ {} , [2] ]\r\n",
        "1",
        "{\"type\":\"mandatory\"}",
        "{\"a\":1e999}",
    ]);
    prop_oneof![body(), json.prop_map(|json| json.as_bytes().to_vec()), "\\[(\"[a-z]{0,3}\",){0,14}0\\]\n?".prop_map(String::into_bytes)]
}

/// The events of a body by another reader: the body itself, or each element of an array of several.
fn expected(body: &[u8]) -> Vec<Vec<u8>> {
    match serde_json::from_slice::<Vec<Box<RawValue>>>(body) {
        Ok(elements) if elements.len() > 1 => elements.iter().map(|element| element.get().as_bytes().to_vec()).collect(),
        _ => vec![body.to_vec()],
    }
}

proptest! {
    #[test]
    fn a_200_means_that_every_event_is_in_the_queue(body in bodies()) {
        let outcome = receive(&signed(&body), Mood::Takes);
        let (queued, to) = outcome.queued();
        match outcome.status() {
            200 => prop_assert_eq!((queued, to), (expected(&body), Destination::Main)),
            400 => prop_assert_eq!((queued, to), (vec![body], Destination::Quarantine)),
            other => prop_assert!(false, "{}", other),
        }
        prop_assert!(outcome.delivery.accepted.receipt.is_some());
    }

    #[test]
    fn what_does_not_prove_itself_is_neither_read_nor_queued(
        body in bodies(), headers in prop::collection::vec(("(?i)x-signature|[a-z-]{1,9}", "[0-9a-f]{40}|\\PC{0,50}"), 0..4),
    ) {
        let outcome = receive(&Received { headers, ..signed(&body) }, Mood::Takes);
        prop_assert_eq!((outcome.status(), outcome.header("www-authenticate")), (401, Some("Acme")));
        prop_assert_eq!((outcome.calls.len(), outcome.bodies_read), (0, 0));
        prop_assert_eq!(outcome.delivery.accepted.channel, None);
    }

    #[test]
    fn a_queue_that_fails_or_hangs_is_a_503_within_the_budget(body in bodies(), hangs: bool) {
        let outcome = receive(&signed(&body), if hangs { Mood::Hangs } else { Mood::Fails });
        prop_assert_eq!((outcome.status(), outcome.header("retry-after")), (503, Some("1")));
        prop_assert_eq!(outcome.took >= BUDGET, hangs);
        prop_assert!(outcome.took <= BUDGET + Duration::from_millis(1), "{:?}", outcome.took);
        prop_assert_eq!(outcome.delivery.accepted.receipt, None);
    }
}

#[test]
fn the_name_in_the_path_may_be_missing_behind_a_function_url_alone() {
    for (path, required, optional) in [
        ("/acme/shop", Some(Some("shop")), Some(Some("shop"))),
        ("/acme/", Some(None), Some(None)),
        ("/shop", None, Some(Some("shop"))),
        ("/", None, Some(None)),
        ("/acme/a%20b", Some(Some("a b")), Some(Some("a b"))),
        ("/acme/%ff", None, None),
        ("/acme/shop/1", None, None),
        ("/shop/1", None, None),
    ] {
        for (prefix, expected) in [(Prefix::Required, required), (Prefix::Optional, optional)] {
            let outcome = receive_behind(prefix, &Received { path: path.to_owned(), ..signed(b"{}") }, Mood::Takes);
            let channel = outcome.delivery.accepted.channel.clone();
            let found = (outcome.status() == 200).then_some(channel.as_deref());
            assert_eq!(found, expected, "{path} {prefix:?}");
        }
    }
}

#[test]
fn the_first_reason_of_the_table_is_the_answer() {
    let large = vec![b'1'; MAX_BYTES + 1];
    let wrong_path = |request: Received| Received { path: "/other".to_owned(), ..request };
    let wrong_method = |request: Received| Received { method: "GET".to_owned(), ..request };
    let no_proof = |request: Received| Received { headers: Vec::new(), ..request };
    // Each request has one fault fewer than the one before it.
    for (request, status) in [
        (wrong_path(wrong_method(no_proof(signed(&large)))), 404),
        (wrong_method(no_proof(signed(&large))), 405),
        (no_proof(signed(&large)), 413),
        (signed(&large), 413),
        (no_proof(signed(&large[1..])), 401),
        (no_proof(signed(b"1")), 401),
        (signed(b"1"), 400),
        (signed(b"{}"), 200),
    ] {
        let outcome = receive(&request, Mood::Takes);
        assert_eq!(outcome.status(), status);
        assert_eq!(outcome.calls.len(), usize::from(matches!(status, 200 | 400)), "{status}");
        if status != 200 {
            let problem: serde_json::Value = serde_json::from_str(&outcome.delivery.answer.body).expect("JSON");
            assert_eq!((&problem["status"], &problem["instance"]), (&status.into(), &"request-1".into()));
        }
    }
    assert_eq!(receive(&wrong_method(signed(b"{}")), Mood::Takes).header("allow"), Some("POST"));
}

#[test]
fn a_body_that_fits_exactly_is_taken_and_one_byte_more_is_not() {
    let with = |length: usize| signed(format!("{{\"a\":\"{}\"}}", "x".repeat(length)).as_bytes());
    let size = |length: usize| receive(&with(length), Mood::Takes).calls[0].1[0].size();
    let room = MAX_BYTES - size(0);
    assert_eq!(size(room), MAX_BYTES);
    let refused = receive(&with(room + 1), Mood::Takes);
    assert_eq!((refused.status(), refused.calls.len(), refused.bodies_read), (413, 0, 1));
}
