//! `chathooks dev --forward-to`: what the receiver gets, and what the terminal reports.

use axum::http::HeaderMap;
use standardwebhooks::Webhook;
use tempfile::TempDir;
use testkit::{Arrival, Receiver, Reply};

use crate::client::client;
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

/// The secret that `chathooks dev --help` shows.
pub(crate) const DEMO_SECRET: &str = "whsec_Y2hhdGhvb2tzLWRlbW8tZGVsaXZlcnktc2VjcmV0LS0=";
const OWN_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Starts a gateway whose worker delivers to a receiver and retries quickly.
pub(crate) fn forwarding(folder: TempDir, receiver: &Receiver) -> Gateway {
    Gateway::start_by(folder, &[], &["--first-retry-ms", "5", "--forward-to", &receiver.url()])
}

/// Posts a body to Kommunicate's webhook and returns the status.
pub(crate) async fn post(gateway: &Gateway, body: &str) -> u16 {
    let request = client().post(format!("{}/kommunicate/shop", gateway.origin)).body(body.to_owned());
    request.header("authentication", "Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==").send().await.expect("a response").status().as_u16()
}

/// One message whose text must never be printed.
pub(crate) const MESSAGE: &str = r#"{"key":"k","from":"hush-name","groupId":1,"message":"hush-text"}"#;

/// Returns whether a receiver that uses the reference library accepts a delivery.
fn is_verified_by(secret: &str, arrival: &Arrival) -> bool {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let header = |name: &'static str| (name.parse().expect("a name"), arrival.request.header(name).parse().expect("a value"));
    let headers: HeaderMap = names.into_iter().map(header).collect();
    Webhook::new(secret).expect("a secret").verify(&arrival.request.body, &headers).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_delivered_once_signed_and_unchanged() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    let origin = receiver.url().split("/events").next().expect("an origin").to_owned();
    assert_eq!(gateway.banner[3], format!("worker: delivers to {origin} (DELIVERY_SECRET: the demo secret)"));
    let help = finish(&mut chathooks(&["dev", "--help"])).stdout;
    assert!(help.contains(DEMO_SECRET), "{help}");

    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let delivered = gateway.delivery();
    // After a second event, a redelivery of the first would have arrived.
    assert_eq!(post(&gateway, &MESSAGE.replace("\"k\"", "\"l\"")).await, 200);
    gateway.delivery();

    let rows = rows(&gateway.queue_file());
    let arrivals = receiver.arrivals();
    assert_eq!((arrivals.len(), rows.len()), (2, 2));
    for (arrival, row) in arrivals.iter().zip(&rows) {
        assert_eq!((arrival.id(), row.queue.as_str()), (row.event_id.as_str(), "done"));
        assert_eq!(String::from_utf8_lossy(&arrival.request.body), row.body);
        assert_eq!(arrival.request.header("content-type"), "application/cloudevents+json");
        assert!(is_verified_by(DEMO_SECRET, arrival) && !is_verified_by(OWN_SECRET, arrival));
    }
    let expected = format!("kommunicate message {} delivered in ", rows[0].event_id);
    assert!(delivered.starts_with(&expected) && delivered.ends_with(" ms"), "{delivered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_settings_of_the_deployed_worker_apply() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let settings = [("DELIVERY_URL", receiver.url()), ("DELIVERY_SECRET", OWN_SECRET.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let gateway = Gateway::start_with(&settings);
    assert!(gateway.banner[3].ends_with("(DELIVERY_SECRET: your own, from the environment)"), "{}", gateway.banner[3]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert!(is_verified_by(OWN_SECRET, &receiver.received(1).await[0]));

    // TLS is supported: a plain server causes a TLS error, not a panic.
    let url = gateway.origin.replace("http:", "https:");
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "1", "--forward-to", &url]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let failed = gateway.delivery();
    assert!(failed.ends_with(" failed (TLS: the receiver does not speak TLS on this port), retry in 1 ms (attempt 2 of 5)"), "{failed}");

    // The command line takes precedence over DELIVERY_URL.
    let settings = [("DELIVERY_URL", "http://127.0.0.1:9/"), ("DELIVERY_SECRET", OWN_SECRET)];
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &settings, &["--forward-to", &receiver.url()]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert!(is_verified_by(OWN_SECRET, &receiver.received(2).await[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_receiver_events_wait_in_the_queue() {
    let settings = [("DELIVERY_SECRET", OWN_SECRET)];
    let mut gateway = Gateway::start_with(&settings);
    assert!(gateway.banner[3].starts_with("worker: none, so events stay in the queue"), "{}", gateway.banner[3]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert_eq!(gateway.end_by("INT").code(), Some(0));
    assert!(!gateway.written().contains("==>"));
    assert_eq!(rows(&gateway.queue_file())[0].queue, "main");

    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let gateway = Gateway::start_by(gateway.kill(), &settings, &["--forward-to", &receiver.url()]);
    assert!(gateway.delivery().contains(" delivered in "));
    assert!(is_verified_by(OWN_SECRET, &receiver.received(1).await[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_private_is_printed() {
    let replies = [Reply::Status(200), Reply::Status(500), Reply::Reset, Reply::Redirect(302, "http://127.0.0.1:9/hush".to_owned())];
    for reply in replies {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        let url = format!("{}&token=hush-token", receiver.url());
        let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "1", "--forward-to", url.as_str()]);
        assert_eq!(post(&gateway, MESSAGE).await, 200);
        assert_eq!(post(&gateway, "{\"message\":\"hush").await, 400);
        while gateway.delivery().contains(" failed ") {}
        let file = gateway.queue_file();
        let shown = [false, true].map(|json| {
            let mut command = chathooks(&["queue", "--queue-file"]);
            command.arg(&file).args(json.then_some("--json"));
            let finished = finish(&mut command);
            finished.stdout + &finished.stderr
        });
        let printed = gateway.written() + &shown.concat();
        for private in ["hush", "from=chathooks", "/events", &DEMO_SECRET["whsec_".len()..]] {
            let printed = printed.replace("http://127.0.0.1:3000/events", "");
            assert!(!printed.contains(private), "{private} is in {printed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_injected_receiver_fault_replaces_the_receiver() {
    for (fault, told) in [("500", "failed (the receiver answered 500), retry in"), ("refuse", "dead-lettered after 1 attempt")] {
        let fail = format!("receiver={fault}");
        let arguments = ["--first-retry-ms", "5", "--forward-to", "localhost:9", "--fail", &fail];
        let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
        assert!(gateway.banner.iter().any(|line| line.starts_with("worker: delivers to a receiver that ")), "{:?}", gateway.banner);
        assert_eq!(post(&gateway, MESSAGE).await, 200);
        let line = gateway.delivery();
        assert!(line.contains(told), "{line}");
    }
}
