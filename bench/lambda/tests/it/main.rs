//! The harness, with the function as it is, over TLS. Nothing is asserted about how long anything takes.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use bench_lambda::certificates::Chain;
use bench_lambda::cpu::Group;
use bench_lambda::event;
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::trial::{Bench, Length};
use bench_lambda::variant::Program;
use tempfile::TempDir;

const LENGTH: Length = Length { warm_up: 2, measured: 5, limited: 2 };

fn kommo() -> Program {
    Program::binary("kommo", &testkit::binary("kommo"))
}

/// A bench whose function has `secret`, and the folder that it needs as long as it lives.
async fn bench(can_limit: bool, secret: &str) -> (Bench, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let chain = Chain::make().unwrap();
    let bundle = folder.path().join("roots.pem");
    assert!(chain.write_bundle(&bundle).unwrap() >= 1);
    let sqs = SqsEndpoint::start(&chain).await.unwrap();
    let environment = [
        ("QUEUE_URL", sqs.queue_url()),
        ("AWS_ENDPOINT_URL_SQS", sqs.url()),
        ("SSL_CERT_FILE", bundle.to_str().unwrap().to_owned()),
        ("KOMMO_SECRET", secret.to_owned()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
    (Bench { sqs, environment, logs: folder.path().to_owned(), can_limit, length: LENGTH }, folder)
}

#[tokio::test]
async fn the_function_puts_each_event_into_the_queue_over_tls() {
    let can_limit = Group::make().is_ok();
    let (bench, _folder) = bench(can_limit, "demo-kommo-channel-secret").await;
    let event = event::kommo_text().unwrap();
    let trial = bench.full_core(&kommo(), &event).await.unwrap();
    assert_eq!((trial.warm.len(), bench.sqs.taken()), (5, 8));
    assert!(!trial.init.is_zero() && !trial.first.is_zero() && !trial.warm_cpu.is_zero() && trial.peak_memory > 1_000_000);
    if can_limit {
        let trial = bench.limited(&kommo(), &event).await.unwrap();
        assert_eq!((trial.warm.len(), bench.sqs.taken()), (2, 8 + 5));
    }
}

#[tokio::test]
async fn what_is_no_200_is_an_error_and_no_figure() {
    let (bench, _folder) = bench(false, "another-secret").await;
    let error = bench.full_core(&kommo(), &event::kommo_text().unwrap()).await.unwrap_err();
    assert!(error.to_string().starts_with("no 200 but {"), "{error}");
    assert_eq!(bench.sqs.taken(), 0);
}

#[tokio::test]
async fn a_start_that_fails_is_an_error_that_names_the_log() {
    let (bench, folder) = bench(false, "").await;
    let error = bench.full_core(&kommo(), b"{}").await.unwrap_err().to_string();
    let log = folder.path().join("kommo.log");
    assert!(error.contains("ended in its start") && error.contains(log.to_str().unwrap()), "{error}");
    assert!(std::fs::read_to_string(log).unwrap().contains("KOMMO_SECRET"));
}

#[test]
fn ten_events_are_ten_different_ones() {
    let event: serde_json::Value = serde_json::from_slice(&event::kore_callback(10).unwrap()).unwrap();
    let body: serde_json::Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    let ids: std::collections::BTreeSet<_> =
        body["data"].as_array().unwrap().iter().map(|message| message["messageId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 10);
}
