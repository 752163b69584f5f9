//! The newline at the end of a body, which Kommo adds after signing.

use testkit::{Journey, Post, Subject};

#[tokio::test]
async fn the_final_newline_can_be_signed_or_not() {
    let subject = Subject { provider: &kommo::PROVIDER, webhook: &kommo::PROVIDER.webhooks[0], binary: env!("CARGO_BIN_EXE_kommo") };
    let journey = Journey::start(&subject, &[]).await;
    let good = subject.post(subject.message("What hurts?"));
    let mut ids = Vec::new();
    for end in ["", "\n", "\r\n", "\n\n"] {
        let post = Post { body: [&good.body, end.as_bytes()].concat(), ..good.clone() };
        let event = journey.accepted(&post).await.json();
        assert_eq!(event["data"]["original"]["body"].as_str(), std::str::from_utf8(&post.body).ok());
        assert_eq!(event["data"]["original"]["signature"].as_str(), good.header("x-signature"));
        ids.push(event["id"].clone());
    }
    // A sender that also signs the newline.
    ids.push(journey.accepted(&subject.post(subject.message("What hurts?") + "\n")).await.json()["id"].clone());
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
}
