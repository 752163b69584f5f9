//! Startup: the error for an invalid setting names it and shows no secret. Without a receiver, the worker only logs events.

use testkit::{Function, Receiver, Reply};

use crate::bench::{Bench, SECRET, STANDARD, binary, messages};

const URL: &str = "http://127.0.0.1:9/events";
/// A part of the invalid values here, which must not be printed.
const CANARY: &str = "482915730648217";

/// Checks that startup with these settings fails with an error that names the setting. Returns the message.
async fn fails(setting: &str, url: &str, secret: &str) -> String {
    fails_with(setting, &[("DELIVERY_URL", url), ("DELIVERY_SECRET", secret)]).await
}

async fn fails_with(setting: &str, settings: &[(&str, &str)]) -> String {
    let failed = Function::start_expecting_failure(binary(), settings).await;
    let case = format!("{setting} with {settings:?}: {failed:#?}");
    assert!(failed.exit_code.is_some_and(|code| code != 0), "{case}");
    let message = failed.init_error["errorMessage"].as_str().unwrap_or_default();
    assert!(message.starts_with(setting), "{case}");
    let line = failed.logs.iter().find(|line| line.contains("startup failed"));
    assert!(line.is_some_and(|line| line.contains(setting) && line.contains(r#""level":"ERROR""#)), "{case}");
    let printed = failed.logs.join("\n") + &failed.init_error.to_string();
    let values = settings.iter().flat_map(|(_, value)| value.split(' ')).chain([CANARY]).filter(|value| value.len() > "whsec_".len());
    for value in values {
        assert!(!printed.contains(value), "{value} is shown, {case}");
    }
    message.to_owned()
}

#[tokio::test]
async fn a_url_without_a_secret_or_the_reverse() {
    fails("DELIVERY_SECRET", URL, "").await;
    fails("DELIVERY_URL", "", SECRET).await;
}

#[tokio::test]
async fn an_invalid_url() {
    for url in [
        "events",
        "/events?482915730648217",
        "ftp://482915730648217/",
        "http://",
        "https:///a",
        "http://a b/482915730648217",
        "127.0.0.1:9",
        "http://:9/482915730648217",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/482915730648217",
        "http://127.0.0.1:8x/482915730648217",
        "http://127.0.0.1:-1/482915730648217",
        "http://127.0.0.1:+9/482915730648217",
        "http://[::1]:0/482915730648217",
    ] {
        fails("DELIVERY_URL", url, SECRET).await;
    }
}

#[tokio::test]
async fn a_url_with_credentials() {
    for credentials in ["482915730648217:hush", "482915730648217", ":482915730648217", "482915730648217:", "", "a:b@482915730648217"] {
        for url in [format!("http://{credentials}@127.0.0.1:9/events"), format!("https://{credentials}@hooks.example.com")] {
            let message = fails("DELIVERY_URL", &url, SECRET).await;
            assert!(message.contains("must not contain a user or a password"), "{message}");
        }
    }
}

#[tokio::test]
async fn an_invalid_secret() {
    for secret in [
        "482915730648217",
        "NDgyOTE1NzMwNjQ4MjE3NDgyOTE1NzMwNjQ4MjE3",
        "whsec_",
        "whsec_482915730648217!",
        "whsec_482915730648217_-",
        "WHSEC_NDgyOTE1NzMwNjQ4MjE3",
        "whsec_NDgyOTE1NzMwNjQ4MjE3,whsec_NDgyOTE1NzMwNjQ4MjE3",
        "whsec_NDgyOTE1NzMwNjQ4MjE3 482915730648217",
        "whsec_NDgyOTE1NzMwNjQ4MjE3 whsec_",
        " ",
        // 15 and 23 bytes.
        "whsec_NDgyOTE1NzMwNjQ4MjE3",
        "whsec_NDgyOTE1NzMwNjQ4MjE3NDgyOTE1Nzc=",
    ] {
        fails("DELIVERY_SECRET", URL, secret).await;
    }
    fails("DELIVERY_SECRET", URL, &format!("{SECRET} whsec_NDgyOTE1NzMwNjQ4MjE3")).await;
}

#[tokio::test]
async fn an_invalid_queue() {
    for setting in ["QUEUE_URL", "DEAD_LETTER_QUEUE_URL"] {
        for url in [
            "events",
            "482915730648217",
            "arn:aws:sqs:us-east-1:482915730648217:events",
            "ftp://127.0.0.1/482915730648217",
            "http://127.0.0.1",
        ] {
            fails_with(setting, &[("DELIVERY_URL", URL), ("DELIVERY_SECRET", SECRET), (setting, url)]).await;
        }
    }
    let queue = ("QUEUE_URL", "http://127.0.0.1:9/482915730648217/events");
    fails_with("DEAD_LETTER_QUEUE_URL", &[queue, ("DEAD_LETTER_QUEUE_URL", queue.1)]).await;
    let two = ("QUEUE_URL", "http://127.0.0.1:9/482915730648217/events.fifo,http://127.0.0.1:9/482915730648217/events");
    fails_with("DEAD_LETTER_QUEUE_URL", &[two, ("DEAD_LETTER_QUEUE_URL", queue.1)]).await;
    fails_with("QUEUE_URL", &[("QUEUE_URL", "http://127.0.0.1:9/482915730648217/events,")]).await;
    fails_with("AWS_REGION", &[queue, ("AWS_REGION", "")]).await;
    fails_with("AWS_ACCESS_KEY_ID", &[queue, ("AWS_ACCESS_KEY_ID", "")]).await;
}

#[tokio::test]
async fn without_a_receiver_each_event_is_logged() {
    let worker = Function::start(binary(), &[("DELIVERY_URL", ""), ("DELIVERY_SECRET", "")]).await;
    // The worker does not have its URL, so it must get no request.
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let bench = Bench { receiver, worker };
    assert!(bench.deliver(STANDARD, &messages(&["a1", "a2", "a3"])).await.is_empty());
    let lines = bench.worker.stop();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, name) in lines.iter().zip(["a1", "a2", "a3"]) {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line in JSON");
        let fields =
            ["level", "message", "service", "event_id", "message_id", "provider", "kind", "receive_count"].map(|name| line[name].as_str());
        let (event_id, message_id) = (format!("kommo-{name}"), format!("m-{name}"));
        assert_eq!(fields.map(Option::unwrap_or_default), ["INFO", "handled", "worker", &event_id, &message_id, "kommo", "message", "1"]);
    }
    assert_eq!(bench.receiver.connections(), 0);
}
