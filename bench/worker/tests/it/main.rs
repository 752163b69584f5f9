//! Runs the harness with the real worker. No test asserts a duration's upper bound.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::sync::atomic::AtomicUsize;

use bench_lambda::certificates::{Chain, Roots};
use bench_lambda::cpu::Group;
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::variant::Program;
use bench_worker::load::{Case, Load};
use bench_worker::receiver::Receiver;
use bench_worker::trial::{Bench, Length};

#[tokio::test]
async fn the_worker_delivers_each_event_once_signed_over_kept_connections() {
    let folder = tempfile::tempdir().unwrap();
    let chain = Chain::make().unwrap();
    let roots = folder.path().join("roots.pem");
    chain.write(Roots::System, &roots).unwrap();
    let bench = Bench {
        sqs: SqsEndpoint::start(&chain).await.unwrap(),
        roots,
        receiver: Receiver::start().await.unwrap(),
        load: Load::new().unwrap(),
        logs: folder.path().to_owned(),
        can_group: Group::make().is_ok(),
        length: Length { warm_up: 10, measured: 30 },
        next: AtomicUsize::new(1),
    };
    let worker = Program::binary("worker", &testkit::binary("worker"));
    for case in Case::ALL {
        for trial in [bench.trial(&worker, case).await.unwrap(), bench.failing_trial(&worker, case).await.unwrap()] {
            assert!(!trial.cpu.is_zero() && trial.events_per_second > 0.0 && trial.peak_memory > 1_000_000);
        }
    }
}
