//! `chathooks dev --forward-to`: what the receiver gets, and what the terminal says of it.

use axum::http::HeaderMap;
use reqwest::Client;
use standardwebhooks::Webhook;
use tempfile::TempDir;
use testkit::{Arrival, Receiver, Reply};

use crate::gateway::{Gateway, PATIENCE, chathooks, finish};
use crate::rows::rows;

/// The secret that `chathooks dev --help` shows.
pub(crate) const DEMO_SECRET: &str = "whsec_Y2hhdGhvb2tzLWRlbW8tZGVsaXZlcnktc2VjcmV0LS0=";
const OWN_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A gateway whose worker delivers to a receiver, and does not wait for long.
pub(crate) fn forwarding(folder: TempDir, receiver: &Receiver) -> Gateway {
    Gateway::start_by(folder, &[], &["--first-retry-ms", "5", "--forward-to", &receiver.url()])
}

/// Posts a body to Kommunicate's webhook; tells the status.
pub(crate) async fn post(gateway: &Gateway, body: &str) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE).build().expect("a client");
    let request = client.post(format!("{}/kommunicate/shop", gateway.origin)).body(body.to_owned());
    request.header("authentication", "Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==").send().await.expect("an answer").status().as_u16()
}

/// One message with a text that nothing may print.
pub(crate) const MESSAGE: &str = r#"{"key":"k","from":"hush-name","groupId":1,"message":"hush-text"}"#;

/// Whether a receiver that uses the reference library takes it.
fn is_verified_by(secret: &str, arrival: &Arrival) -> bool {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let header = |name: &'static str| (name.parse().expect("a name"), arrival.request.header(name).parse().expect("a value"));
    let headers: HeaderMap = names.into_iter().map(header).collect();
    Webhook::new(secret).expect("a secret").verify(&arrival.request.body, &headers).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_delivered_once_signed_and_as_it_stood_in_the_queue() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    let origin = receiver.url().split("/events").next().expect("an origin").to_owned();
    assert_eq!(gateway.banner[3], format!("worker: delivers to {origin} (DELIVERY_SECRET: the demo secret)"));
    let help = finish(&mut chathooks(&["dev", "--help"])).stdout;
    assert!(help.contains(DEMO_SECRET), "{help}");

    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let delivered = gateway.delivery();
    // A second event: by then the first would have come again.
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
async fn the_settings_of_the_deployed_worker_work_here_too() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let settings = [("DELIVERY_URL", receiver.url()), ("DELIVERY_SECRET", OWN_SECRET.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let gateway = Gateway::start_with(&settings);
    assert!(gateway.banner[3].ends_with("(DELIVERY_SECRET: your own, from the environment)"), "{}", gateway.banner[3]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert!(is_verified_by(OWN_SECRET, &receiver.received(1).await[0]));

    // TLS is there: a plain server is no TLS server, and no panic.
    let url = gateway.origin.replace("http:", "https:");
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "1", "--forward-to", &url]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let failed = gateway.delivery();
    assert!(failed.ends_with(" failed (TLS: the receiver does not speak TLS on this port), again in 1 ms (2 of 5)"), "{failed}");

    // The command line goes before DELIVERY_URL.
    let settings = [("DELIVERY_URL", "http://127.0.0.1:9/"), ("DELIVERY_SECRET", OWN_SECRET)];
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &settings, &["--forward-to", &receiver.url()]);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert!(is_verified_by(OWN_SECRET, &receiver.received(2).await[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_destination_events_wait_for_one() {
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
async fn a_receiver_that_fails_on_purpose_takes_the_place_of_ones_own() {
    for (fault, told) in [("500", "failed (the receiver answered 500), again in"), ("refuse", "dead-lettered after 1 attempt")] {
        let fail = format!("receiver={fault}");
        let arguments = ["--first-retry-ms", "5", "--forward-to", "localhost:9", "--fail", &fail];
        let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
        assert!(gateway.banner.iter().any(|line| line.starts_with("worker: delivers to a receiver that ")), "{:?}", gateway.banner);
        assert_eq!(post(&gateway, MESSAGE).await, 200);
        let line = gateway.delivery();
        assert!(line.contains(told), "{line}");
    }
}
