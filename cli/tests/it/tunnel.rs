//! Requests through a tunnel: webhooks accept them, but the inspector cannot be reached.

use crate::client::client;
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tunnel_reaches_webhooks_but_not_the_inspector() {
    let gateway = Gateway::start();
    let client = client();
    let signed = finish(&mut chathooks(&["sign", "kommo/v2-text", "--json"]));
    let signed: serde_json::Value = serde_json::from_str(&signed.stdout).expect("JSON");
    let sample: serde_json::Value =
        serde_json::from_slice(&std::fs::read(testkit::workspace().join("events/kommo/v2-text.json")).expect("a sample")).expect("JSON");
    for (count, host) in (1..).zip(["abc123.ngrok-free.app", "some-words.trycloudflare.com"]) {
        let through = |request: reqwest::RequestBuilder| {
            request
                .header("host", host)
                .header("x-forwarded-host", host)
                .header("x-forwarded-proto", "https")
                .header("x-forwarded-for", "203.0.113.24")
        };
        let path = signed["path"].as_str().expect("a path");
        let request = client.post(format!("{}{path}", gateway.origin)).body(sample["body"].as_str().expect("a body").to_owned());
        let request = request.header("x-signature", signed["headers"]["x-signature"].as_str().expect("a signature"));
        assert_eq!(through(request).send().await.expect("a response").status(), 200, "{host}");
        assert_eq!(rows(&gateway.queue_file()).len(), count);
        for path in ["/", "/inspector/api/state", "/inspector/api/deliveries"] {
            let answer = through(client.get(format!("{}{path}", gateway.origin))).send().await.expect("a response");
            assert!(answer.status().is_client_error(), "{host} {path}: {}", answer.status());
            assert!(!answer.text().await.expect("a text").contains("kommo-"), "{host} {path}");
        }
    }
}
