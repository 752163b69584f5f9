//! The pipeline from a request to a response, with an in-memory queue.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use shared::envelope::FITTING_BYTES;
use shared::event::CloudEvent;
use shared::ingest::{Delivery, Ingest};
use shared::queue::{Destination, Message};
use shared::received::Received;
use shared::route::Prefix;
use shared::settings::Settings;
use tokio::runtime::Builder;
use tokio::time::Instant;

use crate::acme::{BUDGET, SECRET, endpoints, signed};
use crate::envelope::{body, original_bytes};
use crate::memory::{Behavior, Memory};

/// The outcome of a request.
struct Outcome {
    delivery: Delivery,
    calls: Vec<(Destination, Vec<Message>)>,
    /// Measured by Tokio's paused clock, which advances only while all tasks wait.
    took: Duration,
}

impl Outcome {
    fn status(&self) -> u16 {
        self.delivery.answer.status
    }

    fn header(&self, name: &str) -> Option<&'static str> {
        self.delivery.answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Returns the original bytes of each queued event, and their common destination.
    fn queued(&self) -> (Vec<Vec<u8>>, Destination) {
        let [(to, messages)] = self.calls.as_slice() else { panic!("{} calls", self.calls.len()) };
        let read = |message: &Message| serde_json::from_str::<CloudEvent>(&message.body).expect("a CloudEvent").data.original;
        (messages.iter().map(|message| original_bytes(&read(message))).collect(), *to)
    }
}

fn receive(request: &Received, behavior: Behavior) -> Outcome {
    receive_with(Prefix::Required, request, Memory::with(behavior), &Settings::new(|_| None))
}

fn receive_with(prefix: Prefix, request: &Received, queue: Memory, settings: &Settings<'_>) -> Outcome {
    let ingest = Ingest::new(endpoints(), queue, prefix, settings).expect("settings");
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (delivery, took) = runtime.block_on(async {
        let started = Instant::now();
        let answer = tokio::time::timeout(Duration::from_secs(60), ingest.receive(request, started)).await;
        (answer.expect("an answer within a minute"), started.elapsed())
    });
    Outcome { delivery, took, calls: ingest.queue().calls() }
}

/// Generates bodies, many of which are JSON.
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

/// Returns the expected events according to serde_json: the body itself, or for an array with more than one element, each
/// element in an array of its own.
fn expected(body: &[u8]) -> Vec<serde_json::Value> {
    match loose(body) {
        serde_json::Value::Array(elements) if elements.len() > 1 => elements.into_iter().map(|element| vec![element].into()).collect(),
        json => vec![json],
    }
}

/// Returns a body as JSON, or as text if `serde_json` cannot represent it.
fn loose(body: &[u8]) -> serde_json::Value {
    let text = String::from_utf8_lossy(body).replace("\\ud83d", "\\ufffd");
    serde_json::from_str(&text).unwrap_or_else(|_| text.into())
}

proptest! {
    #[test]
    fn a_200_means_that_every_event_is_in_the_queue(body in bodies()) {
        let outcome = receive(&signed(&body), Behavior::Accepts);
        let (queued, to) = outcome.queued();
        match outcome.status() {
            200 => {
                let parts: Vec<_> = queued.iter().map(|part| loose(part)).collect();
                prop_assert_eq!((parts, to), (expected(&body), Destination::Main));
            }
            400 => prop_assert_eq!((queued, to), (vec![body], Destination::Quarantine)),
            other => prop_assert!(false, "{}", other),
        }
        prop_assert!(outcome.delivery.details.receipt.is_some());
    }

    #[test]
    fn a_request_without_a_valid_proof_is_not_queued(
        body in bodies(), headers in prop::collection::vec(("(?i)x-mac|[a-z-]{1,9}", "[0-9a-f]{40}|\\PC{0,50}"), 0..4),
    ) {
        let outcome = receive(&Received { headers, ..signed(&body) }, Behavior::Accepts);
        prop_assert_eq!((outcome.status(), outcome.header("www-authenticate")), (401, None));
        prop_assert_eq!(outcome.calls.len(), 0);
        prop_assert_eq!(outcome.delivery.details.channel, None);
    }

    #[test]
    fn a_queue_that_fails_or_hangs_is_a_503_within_the_budget(body in bodies(), hangs: bool) {
        let outcome = receive(&signed(&body), if hangs { Behavior::Hangs } else { Behavior::Fails });
        prop_assert_eq!((outcome.status(), outcome.header("retry-after")), (503, Some("1")));
        prop_assert_eq!(outcome.took >= BUDGET, hangs);
        prop_assert!(outcome.took <= BUDGET + Duration::from_millis(1), "{:?}", outcome.took);
        prop_assert_eq!(outcome.delivery.details.receipt, None);
    }
}

#[test]
fn only_with_an_optional_prefix_may_the_path_omit_the_provider() {
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
            let request = Received { path: path.to_owned(), ..signed(b"{}") };
            let outcome = receive_with(prefix, &request, Memory::default(), &Settings::new(|_| None));
            let channel = outcome.delivery.details.channel.clone();
            let found = (outcome.status() == 200).then_some(channel.as_deref());
            assert_eq!(found, expected, "{path} {prefix:?}");
        }
    }
}

#[test]
fn checks_are_made_in_the_documented_order() {
    let large = vec![b'1'; FITTING_BYTES + 1];
    let wrong_path = |request: Received| Received { path: "/other".to_owned(), ..request };
    let wrong_method = |request: Received| Received { method: "GET".to_owned(), ..request };
    let no_proof = |request: Received| Received { headers: Vec::new(), ..request };
    // Each request has one fault fewer than the previous one.
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
        let outcome = receive(&request, Behavior::Accepts);
        assert_eq!(outcome.status(), status);
        assert_eq!(outcome.calls.len(), usize::from(matches!(status, 200 | 400)), "{status}");
        if status != 200 {
            let problem: serde_json::Value = serde_json::from_str(&outcome.delivery.answer.body).expect("JSON");
            assert_eq!((&problem["status"], &problem["instance"]), (&status.into(), &"request-1".into()));
        }
    }
    assert_eq!(receive(&wrong_method(signed(b"{}")), Behavior::Accepts).header("allow"), Some("POST"));
}

#[test]
fn a_body_that_fits_exactly_is_accepted_and_one_more_byte_is_not() {
    let with = |length: usize| signed(format!("{{\"a\":\"{}\"}}", "x".repeat(length)).as_bytes());
    // If the event would not fit, the pipeline tries an event of kind `unknown` with a warning.
    let size = |length: usize| receive(&with(length), Behavior::Accepts).calls[0].1[0].size();
    let room = FITTING_BYTES - size(0);
    assert_eq!(size(room), FITTING_BYTES);
    let rejected = receive(&with(room + 1), Behavior::Accepts);
    assert_eq!((rejected.status(), rejected.calls.len()), (413, 0));
}

#[test]
fn a_base_path_is_removed() {
    let settings = Settings::new(|name| (name == "BASE_PATH").then(|| "/hooks".to_owned()));
    for (path, status) in [("/hooks/acme/shop", 200), ("/acme/shop", 200), ("/hooksacme/shop", 404), ("/hooks/hooks/acme/shop", 404)] {
        let request = Received { path: path.to_owned(), ..signed(b"{}") };
        assert_eq!(receive_with(Prefix::Required, &request, Memory::default(), &settings).status(), status, "{path}");
    }
}

#[test]
fn a_handshake_returns_its_challenge() {
    let get = |query: String| Received { method: "GET".to_owned(), query, headers: Vec::new(), body: Vec::new(), ..signed(b"") };
    let answered = |query: String| {
        let outcome = receive(&get(query), Behavior::Accepts);
        assert_eq!(outcome.calls.len(), 0);
        (outcome.status(), outcome.delivery.answer.body)
    };
    let query = format!("hub.mode=subscribe&hub.verify_token={SECRET}&hub.challenge=115%38");
    assert_eq!(answered(query.clone()), (200, "1158".to_owned()));
    for invalid in
        [query.replace(SECRET, "other"), query.replace("hub.verify_token", "token"), query.replace("hub.challenge", "c"), String::new()]
    {
        assert_eq!(answered(invalid).0, 405);
    }
}

/// Returns the messages for an array of `count` copies of an element.
fn messages_of(count: usize, element: &str, queue: Memory) -> Vec<Message> {
    let body = format!("[{}]", vec![element; count].join(","));
    let outcome = receive_with(Prefix::Required, &signed(body.as_bytes()), queue, &Settings::new(|_| None));
    assert_eq!(outcome.status(), 200, "{count} of {element:.40}");
    outcome.calls.into_iter().next().expect("a call").1
}

fn warnings(messages: &[Message]) -> Vec<String> {
    serde_json::from_str::<CloudEvent>(&messages[0].body).expect("an event").data.warnings
}

#[test]
fn too_many_events_become_one() {
    assert_eq!(messages_of(1_000, "1", Memory::default()).len(), 1_000);
    for count in [1_001, 75_000] {
        let messages = messages_of(count, "1", Memory::default());
        assert_eq!((messages.len(), warnings(&messages)), (1, vec!["too_many_events".to_owned()]));
        assert_eq!(messages[0].id, messages_of(count, "1", Memory::default())[0].id);
    }
    // The 8 MiB limit: text outside of all pieces is repeated in each event.
    let large = format!("\"{}\"", "x".repeat(9_000));
    assert_eq!(messages_of(100, &large, Memory::default()).len(), 100);
    let filler = " ".repeat(10_000);
    let body = |count: usize| format!("[{filler}{}]", vec!["1"; count].join(","));
    let queued = |count: usize| receive(&signed(body(count).as_bytes()), Behavior::Accepts).calls.remove(0).1;
    assert_eq!(queued(700).len(), 700);
    assert_eq!((queued(900).len(), warnings(&queued(900))), (1, vec!["too_many_events".to_owned()]));
}

#[test]
fn on_an_ordered_queue_a_long_conversation_becomes_one_event() {
    let element = r#"{"conversation":"c"}"#;
    assert_eq!(messages_of(51, element, Memory::default()).len(), 51);
    assert_eq!(messages_of(50, element, Memory::default().ordered()).len(), 50);
    let messages = messages_of(51, element, Memory::default().ordered());
    assert_eq!((messages.len(), warnings(&messages)), (1, vec!["too_many_events".to_owned()]));
    assert_eq!(messages_of(1_000, "{}", Memory::default().ordered()).len(), 1_000);
}

#[test]
fn groups_are_conversations_and_channels() {
    let body = br#"[{"conversation":"a"},{"conversation":"b"},{"conversation":"a"},{}]"#;
    let messages = receive(&signed(body), Behavior::Accepts).calls.remove(0).1;
    let groups: Vec<&str> = messages.iter().map(|message| message.group.as_str()).collect();
    // printf '/acme/shop\na' | sha256sum
    assert_eq!(groups[0], "05bb86858b9082237976cc09337acd9f");
    assert_eq!((groups[0], groups[3]), (groups[2], messages[3].id.as_str()));
    assert_eq!(BTreeSet::from_iter(groups).len(), 3);
    let subject = |message: &Message| serde_json::from_str::<CloudEvent>(&message.body).expect("an event").subject;
    assert_eq!((subject(&messages[0]).as_deref(), subject(&messages[3])), (Some(messages[0].group.as_str()), None));
    // printf '/acme/shop' | sha256sum
    assert!(messages.iter().all(|message| message.tenant == "cb273e4c6464e4f30ef349d70a990cc7"), "{}", messages[0].tenant);
}
