//! Runs the harness with the real function over TLS. No test asserts a duration's upper bound.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bench_lambda::certificates::{Chain, Roots, environment};
use bench_lambda::cpu::Group;
use bench_lambda::event;
use bench_lambda::several::SQS_DELAY;
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::trial::{Bench, Length};
use bench_lambda::variant::Program;
use bench_lambda::worst;
use tempfile::TempDir;
use tokio::sync::Mutex;

const LENGTH: Length = Length { warm_up: 2, measured: 5, limited: 2 };

/// Shared, because generating RSA keys takes seconds without optimization.
static CHAIN: LazyLock<Chain> = LazyLock::new(|| Chain::make().unwrap());

/// Serializes the tests that need the control group, of which a process has one.
static GROUP: Mutex<()> = Mutex::const_new(());

fn function(name: &str) -> Program {
    Program::binary(name, &testkit::binary(name))
}

fn kommo() -> Program {
    function("kommo")
}

/// Returns a bench whose function has `secret`, and the folder that must live as long as the bench.
async fn bench(can_limit: bool, secret: &str) -> (Bench, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("root.pem");
    assert_eq!(CHAIN.write(Roots::Own, &roots).unwrap(), 1);
    let sqs = SqsEndpoint::start(&CHAIN).await.unwrap();
    let own = [
        ("QUEUE_URL", sqs.queue_url()),
        ("AWS_ENDPOINT_URL_SQS", sqs.url()),
        ("KOMMO_SECRET", secret.to_owned()),
        ("KORE_ACCESS_TOKEN", "demo-kore-access-token".to_owned()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    let environment = environment(&roots).into_iter().chain(own).collect();
    (Bench { sqs, environment, logs: folder.path().to_owned(), can_limit, length: LENGTH }, folder)
}

#[tokio::test]
async fn the_function_sends_each_event_to_the_queue_over_tls() {
    let _alone = GROUP.lock().await;
    let can_limit = Group::make().is_ok();
    let (bench, _folder) = bench(can_limit, "demo-kommo-channel-secret").await;
    let event = event::kommo_text().unwrap();
    let trial = bench.full_core(&kommo(), &event).await.unwrap();
    assert_eq!((trial.warm.len(), bench.sqs.taken()), (5, 8));
    assert!(
        !trial.init.is_zero()
            && !trial.init_cpu.is_zero()
            && !trial.first.is_zero()
            && !trial.warm_cpu.is_zero()
            && trial.peak_memory > 1_000_000
    );
    if can_limit {
        let trial = bench.limited(&kommo(), &event).await.unwrap();
        assert_eq!((trial.warm.len(), bench.sqs.taken()), (2, 8 + 5));
    }
}

#[tokio::test]
async fn every_event_of_a_large_request_is_in_the_queue() {
    let _alone = GROUP.lock().await;
    let can_limit = Group::make().is_ok();
    let (bench, _folder) = bench(can_limit, "unused").await;
    let event = event::kore_callback(25).unwrap();
    let trial = bench.several(&function("kore"), &event, 25).await.unwrap();
    let requests = 1 + 2 + 3 + usize::from(can_limit);
    assert_eq!(bench.sqs.taken(), requests * 25);
    assert!(trial.wall >= SQS_DELAY && !trial.first_cpu.is_zero() && !trial.warm_cpu.is_zero() && trial.peak_memory > 1_000_000);
    assert_eq!(trial.wall_128.is_some_and(|wall| wall >= SQS_DELAY), can_limit);
}

#[tokio::test]
async fn the_function_handles_the_worst_bodies() {
    let (bench, _folder) = bench(false, "demo-kommo-channel-secret").await;
    let programs = BTreeMap::from([("kommo", kommo())]);
    let mut costs = worst::Costs::new();
    let body = worst::bodies().find(|body| body.function == "kommo").unwrap();
    for _ in 0..2 {
        bench.worst(&programs, &body, &mut costs).await.unwrap();
    }
    let cost = &costs["kommo"][&body.name];
    assert!(cost.cpu_ms.len() == 2 && cost.cpu_ms[0] > 0.0 && cost.peak_rss_mb[1] > 1.0, "{cost:?}");
}

#[tokio::test]
async fn a_response_other_than_200_is_an_error() {
    let (bench, _folder) = bench(false, "another-secret").await;
    let error = bench.full_core(&kommo(), &event::kommo_text().unwrap()).await.unwrap_err();
    assert!(error.to_string().starts_with("expected 200, got {"), "{error}");
    assert_eq!(bench.sqs.taken(), 0);
}

#[tokio::test]
async fn the_error_of_a_failed_init_names_the_log() {
    let (bench, folder) = bench(false, "").await;
    let error = bench.full_core(&kommo(), b"{}").await.unwrap_err().to_string();
    let log = folder.path().join("kommo.log");
    assert!(error.contains("ended during init") && error.contains(log.to_str().unwrap()), "{error}");
    assert!(std::fs::read_to_string(log).unwrap().contains("KOMMO_SECRET"));
}

#[test]
fn the_events_of_a_request_have_different_ids() {
    let event: serde_json::Value = serde_json::from_slice(&event::kore_callback(10).unwrap()).unwrap();
    let body: serde_json::Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    let ids: std::collections::BTreeSet<_> =
        body["data"].as_array().unwrap().iter().map(|message| message["messageId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 10);
}
