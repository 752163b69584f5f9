//! The response in Kore.ai's synchronous mode.

use testkit::{Journey, Subject, paths};

#[tokio::test]
async fn a_client_gets_the_response_that_kore_ai_would_send() {
    let binary = env!("CARGO_BIN_EXE_kore");
    let hooks = Subject { provider: &kore::PROVIDER, webhook: &kore::PROVIDER.webhooks[1], binary };
    let reply = "Thanks \"Lena\" \u{1f600}";
    let journey = Journey::start(&hooks, &[("KORE_REPLY", reply)]).await;
    assert_eq!(hooks.webhook.paths.len(), 4);
    for pattern in hooks.webhook.paths {
        let post = hooks.post_by(&hooks.demo_secret(), &paths::filled(pattern, "st-1"), hooks.message("hi"));
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.answer.json()), (200, serde_json::json!({"text": reply})), "{pattern}");
        assert_eq!(delivered.messages[0].json()["source"], "/kore/st-1");
    }
}
