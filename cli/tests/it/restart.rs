//! A process that ends during a delivery attempt: its message is redelivered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tempfile::TempDir;
use testkit::{Receiver, Reply};

use crate::forward::{MESSAGE, post};
use crate::gateway::{Gateway, PATIENCE};
use crate::rows::rows;

/// Starts a receiver that never answers the first delivery.
async fn hanging_once() -> Receiver {
    let calls = AtomicUsize::new(0);
    Receiver::start(move |_| if calls.fetch_add(1, Ordering::SeqCst) == 0 { Reply::Hang } else { Reply::Status(200) }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_gateway_redelivers_after_the_visibility_timeout() {
    let receiver = hanging_once().await;
    let url = receiver.url();
    let arguments = ["--visibility-ms", "3000", "--forward-to", &url];
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    receiver.received(1).await;
    let gateway = Gateway::start_by(gateway.kill(), &[], &arguments);
    assert!(gateway.delivery().contains(" delivered in "));
    assert_eq!(receiver.counts()[&rows(&gateway.queue_file())[0].event_id], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_gateway_releases_its_message() {
    let receiver = hanging_once().await;
    // The visibility timeout by itself would make it visible only after the test.
    let url = receiver.url();
    let arguments = ["--visibility-ms", "120000", "--forward-to", &url];
    let mut gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    receiver.received(1).await;
    assert_eq!(gateway.end_by("TERM").code(), Some(0));
    let interrupted = gateway.delivery();
    assert!(interrupted.ends_with(" interrupted; it is redelivered after a restart"), "{interrupted}");

    let started = Instant::now();
    let gateway = Gateway::start_by(gateway.kill(), &[], &arguments);
    assert!(gateway.delivery().contains(" delivered in "));
    assert!(started.elapsed() < PATIENCE);
    assert_eq!(receiver.counts().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_gateway_finishes_the_delivery_in_progress() {
    let receiver = Receiver::start(|_| Reply::Hold).await;
    let mut gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--forward-to", &receiver.url()]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    receiver.received(1).await;
    let status = std::thread::scope(|scope| {
        let ending = scope.spawn(|| gateway.end_by("INT"));
        receiver.release();
        ending.join().expect("an end")
    });
    assert_eq!(status.code(), Some(0));
    assert!(gateway.delivery().contains(" delivered in "));
    assert_eq!(rows(&gateway.queue_file())[0].queue, "done");
}
