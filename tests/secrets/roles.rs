//! Kore.ai's two keyrings: each is a separate secret, and a failure to read one does not affect the other.

use testkit::{FaultySqs, Function, Post, Sqs, StoredSecret, binary, proof};

#[tokio::test]
async fn each_keyring_is_refreshed_separately() {
    let (token, client) = (StoredSecret::create("old-token").await, StoredSecret::create("client:old-secret").await);
    let manager = FaultySqs::start(&Sqs::start().endpoint()).await;
    let (endpoint, queue) = (manager.endpoint(), Sqs::start().create_queue("kore").await);
    let settings = [
        ("QUEUE_URL", queue.url()),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("KORE_ACCESS_TOKEN_ARN", token.arn()),
        ("KORE_CLIENT_ARN", client.arn()),
        ("KORE_TOKEN_HEADER", "x-token"),
        ("ACK_BUDGET_MS", "20000"),
    ];
    let kore = Function::start(&binary("kore"), &settings).await;
    let callback = async |token: &str| {
        let post = Post::new("/kore/callback/bot", r#"{"text":"hello","to":"ada","from":"bot"}"#).with("x-token", token);
        kore.invoke_http(&post.event()).await.status
    };
    let hooks = async |client: &str| {
        let post = Post::new("/kore/chatbot/hooks/bot", r#"{"message":{"text":"hello"},"from":{"id":"ada"}}"#);
        kore.invoke_http(&post.with("authorization", proof::jwt(client)).event()).await.status
    };
    assert_eq!((callback("old-token").await, hooks("client:old-secret").await), (200, 200));

    token.put_binary().await;
    client.put("client:new-secret").await;
    assert_eq!(hooks("client:new-secret").await, 200);
    assert_eq!((callback("old-token").await, hooks("client:old-secret").await), (200, 401));
    let line = kore.log_with("could not be refreshed").await;
    assert!(line.contains(r#""setting":"KORE_ACCESS_TOKEN_ARN","reason":"no_secret_string""#), "{line}");
}
