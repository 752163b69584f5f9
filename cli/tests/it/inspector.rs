//! The inspector's API: what its page reads and requests, and who cannot.

mod delivery;
mod listen;
mod page;
mod redrive;
mod stream;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Sqs;

use crate::forward::MESSAGE;
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;
use page::{Page, TOKEN_HEADER};

/// The signature in forged requests.
const FORGED: &str = "0000000000000000000000000000000000000000";

const TOKEN: (&str, &str) = ("authentication", "Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==");
const KOMMUNICATE: &str = "/kommunicate/shop";

fn send(gateway: &Gateway, sample: &str) {
    let sent = finish(chathooks(&["send", sample, "--to"]).arg(&gateway.origin));
    assert_eq!(sent.code, Some(0), "{}{}", sent.stdout, sent.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_example_of_each_webhook_is_verified() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    let setup = page.get("setup").await;
    let webhooks = setup["webhooks"].as_array().expect("webhooks");
    for (place, webhook) in webhooks.iter().enumerate() {
        let name = webhook["name"].as_str().expect("a name").replace(' ', "%20");
        let (status, answer) = page.post(&format!("webhooks/{name}/example"), json!({})).await;
        assert_eq!((status, answer), (StatusCode::OK, json!({"number": place + 1, "status": 200})), "{name}");
    }
    let lines = page.lines(webhooks.len()).await;
    assert!(lines.iter().all(|line| line["kind"] == "message"), "{lines:?}");
    assert_eq!(page.post("webhooks/nobody/example", json!({})).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn its_filter_has_each_state_that_can_occur() {
    let gateway = Gateway::start();
    let setup = Page::of(&gateway).get("setup").await;
    let states = ["queued", "delivering", "delivered", "retrying", "dead", "quarantined", "refused", "rejected", "not_queued", "gone"];
    assert_eq!(setup["states"], json!(states));
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_proof_its_bytes_and_its_event() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    send(&gateway, "kommo/v2-trailing-newline");
    let line = &page.lines(1).await[0];
    assert_eq!(
        (&line["provider"], &line["kind"], &line["verdict"], &line["status"]),
        (&json!("kommo"), &json!("message"), &json!("verified"), &json!(200))
    );
    assert_eq!((&line["key_position"], &line["seen"], &line["queue"]), (&json!(0), &json!(false), &json!("main")));
    let details = page.get(&format!("deliveries/{}", line["number"])).await;
    let (delivery, proof) = (&details["delivery"], &details["proof"]);
    let row = &rows(&gateway.queue_file())[0];
    assert!(delivery["body"]["text"].as_str().is_some_and(|body| body.ends_with('\n')), "{delivery}");
    assert_eq!(delivery["cloud_events"], json!([row.body]));
    assert_eq!(delivery["event_ids"], json!([row.event_id]));
    assert_eq!(
        delivery["places"],
        json!([{"event_id": row.event_id, "state": "ready", "receives": 0, "next_attempt_at": null, "cause": null}])
    );
    assert_eq!((&proof["outcome"], &proof["key_position"], &proof["header"]), (&json!("verified"), &json!(0), &json!("x-signature")));

    let number = &line["number"];
    assert_eq!(page.post(&format!("deliveries/{number}/seen"), json!({})).await.0, 204);
    assert_eq!(page.lines(1).await[0]["seen"], json!(true));
}

#[tokio::test]
async fn a_refusal_is_explained_and_no_secret_is_shown() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    assert_eq!(page.webhook("/kommo/shop", ("x-signature", FORGED), "{}").await, 401);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    assert_eq!(page.webhook("/nobody", ("cookie", "hush-hush-hush-hush"), vec![0xff]).await, 404);
    let lines = page.lines(3).await;
    let verdicts: Vec<_> = lines.iter().map(|line| (line["verdict"].as_str().unwrap_or_default(), line["reason"].as_str())).collect();
    assert_eq!(verdicts, [("unchecked", Some("not_found")), ("verified", None), ("refused", Some("wrong_signature"))]);

    let refused = page.get(&format!("deliveries/{}", lines[2]["number"])).await;
    assert_eq!(refused["proof"]["reason"], json!("wrong_signature"));
    assert!(refused["delivery"]["headers"].to_string().contains(FORGED), "a signature is not a secret");
    assert!(refused["delivery"]["answer"]["body"].as_str().is_some_and(|body| body.contains("401")), "{refused}");
    let (basic, unknown) =
        (page.text(&format!("deliveries/{}", lines[1]["number"])).await, page.get(&format!("deliveries/{}", lines[0]["number"])).await);
    assert!(!basic.contains("ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==") && basic.contains("Basic 32 characters"), "{basic}");
    assert!(!unknown.to_string().contains("hush-hush-hush-hush"), "{unknown}");
    assert_eq!(unknown["delivery"]["body"], json!({"base64": "/w=="}));
    assert!(!gateway.written().contains("hush"), "the terminal shows no content");
}

#[tokio::test]
async fn a_delivery_is_replayed_unchanged_edited_and_tampered_with() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    send(&gateway, "kommo/v2-text");
    let first = page.lines(1).await[0].clone();
    let replay = format!("deliveries/{}/replay", first["number"]);
    for (change, status) in [
        (json!({}), 200),
        (json!({"body": r#"{"message":{"message":{"id":"new","type":"text","text":"Other"}}}"#}), 200),
        (json!({"tamper": "body"}), 401),
        (json!({"tamper": "proof"}), 401),
    ] {
        let (answered, replayed) = page.post(&replay, change.clone()).await;
        assert_eq!((answered, &replayed["status"]), (StatusCode::OK, &json!(status)), "{change}");
        let details = page.get(&format!("deliveries/{}", replayed["number"])).await;
        assert_eq!((&details["delivery"]["replay_of"], &details["delivery"]["status"]), (&first["number"], &json!(status)), "{change}");
    }
    let rows = rows(&gateway.queue_file());
    assert_eq!((rows[0].event_id == rows[1].event_id, &rows[2].event["data"]["message"]["text"]), (true, &json!("Other")));

    let curl = page.text(&format!("deliveries/{}/curl", first["number"])).await;
    let repeated = finish(std::process::Command::new("sh").args(["-c", &curl]));
    assert!(repeated.stdout.starts_with("HTTP/1.1 200"), "{curl}\n{}", repeated.stdout);
    assert_eq!(page.post("deliveries/999/replay", json!({})).await.0, 404);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_neither_kept_nor_replayed() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    assert_eq!(page.webhook("/nobody", TOKEN, vec![b'7'; 1024 * 1024 + 1]).await, 404);
    let number = page.lines(1).await[0]["number"].clone();
    let details = page.get(&format!("deliveries/{number}")).await;
    assert_eq!(
        (&details["delivery"]["body"], &details["delivery"]["bytes"], &details["proof"]),
        (&json!("too_large"), &json!(1024 * 1024 + 1), &Value::Null)
    );
    assert_eq!(page.post(&format!("deliveries/{number}/replay"), json!({})).await.0, 409);
}

#[tokio::test]
async fn sqs_fails_on_request_and_recovers() {
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[("ACK_BUDGET_MS", "200")], &["--fail", "sqs=refuse"]);
    assert!(gateway.banner.iter().any(|line| line.contains("--fail: SQS denies access")), "{:?}", gateway.banner);
    let page = Page::of(&gateway);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 503);
    let faults = [
        ("hang", 503, Some("timeout")),
        ("500", 503, Some("InternalFailure")),
        ("throttle", 503, Some("RequestThrottled")),
        ("slow", 503, Some("timeout")),
        ("off", 200, None),
    ];
    for ((fault, status, reason), count) in faults.into_iter().zip(2..) {
        assert_eq!(page.post("fault", json!({"sqs": fault})).await.0, 204, "{fault}");
        assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, status, "{fault}");
        let lines = page.lines(count).await;
        assert_eq!(lines[0]["reason"].as_str(), reason, "{fault}");
        let details = page.get(&format!("deliveries/{}", lines[0]["number"])).await;
        assert_eq!(details["delivery"]["cloud_events"].as_array().map(Vec::len), Some(1), "the event that would have been queued is shown");
    }
    assert_eq!(rows(&gateway.queue_file()).len(), 1);
    assert_eq!(page.post("fault", json!({"sqs": "on"})).await.0, 400);
}

#[tokio::test]
async fn only_the_inspector_itself_can_call_the_api() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    let address = |path: &str| format!("{}{path}", gateway.origin);
    assert!(
        gateway.written().lines().last().is_some_and(|line| line.starts_with("inspector: http")),
        "the inspector's address is the last line, so it stays visible"
    );
    let html = page.client.get(address("/")).send().await.expect("a response");
    let policy = html.headers()["content-security-policy"].to_str().expect("a policy").to_owned();
    assert!(
        policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(html.headers()["x-content-type-options"], "nosniff");
    assert_eq!(html.headers()["referrer-policy"], "no-referrer");
    assert!(html.text().await.expect("a page").starts_with("<!doctype html>"));

    for (name, value) in [("host", "evil.example"), ("x-forwarded-for", "203.0.113.9")] {
        for path in ["/", "/inspector/style.css", "/inspector/api/deliveries"] {
            let answer = page.client.get(address(path)).header(name, value).send().await.expect("an answer");
            assert_eq!(answer.status(), 403, "{name} {path}");
        }
    }
    for (token, status) in [(None, 403), (Some("0"), 403), (Some(gateway.token.as_str()), 200)] {
        for path in ["setup", "deliveries", "stream", "search?text=a", "conversations/0"] {
            let request = token.into_iter().fold(page.client.get(page.url(path)), |request, token| request.header(TOKEN_HEADER, token));
            assert_eq!(request.send().await.expect("an answer").status(), status, "{path} {token:?}");
        }
    }
    assert_eq!(page.webhook("/kommunicate/shop", TOKEN, MESSAGE).await, 200);
    let tunnelled = page.client.post(address(KOMMUNICATE)).header("host", "my-tunnel.example").header(TOKEN.0, TOKEN.1).body(MESSAGE);
    assert_eq!(tunnelled.send().await.expect("an answer").status(), 200, "webhooks accept any host");
    for site in [None, Some("cross-site"), Some("same-site")] {
        let request = page.request("clear", &json!({}));
        let answer =
            site.into_iter().fold(request, |request, site| request.header("sec-fetch-site", site)).send().await.expect("an answer");
        assert_eq!(answer.status(), 403, "{site:?}");
    }
    for (method, path) in
        [("POST", "/"), ("PUT", "/inspector/api/clear"), ("GET", "/inspector"), ("GET", "/inspector/none"), ("POST", "/favicon.ico")]
    {
        let method = method.parse().expect("a method");
        let answer = page.client.request(method, address(path)).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().ok()),
            (404, Some("application/problem+json")),
            "{path}"
        );
    }
    let icon = page.client.get(address("/favicon.ico")).send().await.expect("an answer");
    assert_eq!((icon.status().as_u16(), &icon.headers()["content-type"]), (200, &"image/svg+xml".parse().expect("a value")));
    let shown: Vec<_> = page.lines(3).await.iter().map(|line| line["status"].clone()).collect();
    assert_eq!(shown, [json!(404), json!(200), json!(200)], "requests that browsers make by themselves are not deliveries");
}

#[tokio::test]
async fn a_delivery_becomes_a_sample_that_can_be_sent() {
    let folder = TempDir::new().expect("a folder");
    let gateway = Gateway::start_within(folder.path(), &[("KOMMO_SECRET", "my own secret")]);
    let page = Page::of(&gateway);
    let sent = finish(chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin]).env("KOMMO_SECRET", "my own secret"));
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let save = format!("deliveries/{}/sample", page.lines(1).await[0]["number"]);
    let (_, downloaded) = page.post(&save, json!({"name": "mine"})).await;
    assert!(downloaded["event"].as_str().is_some_and(|event| event.contains("rawPath")), "{downloaded}");

    std::fs::create_dir_all(folder.path().join("events/kommo")).expect("a folder");
    let (status, saved) = page.post(&save, json!({"name": "mine"})).await;
    assert_eq!((status, &saved["saved"]), (StatusCode::OK, &json!("events/kommo/mine.json")));
    let text = std::fs::read_to_string(folder.path().join("events/kommo/mine.json")).expect("the sample");
    assert_eq!(text, downloaded["event"].as_str().expect("a text"));
    let (status, problem) = page.post(&save, json!({"name": "mine"})).await;
    assert_eq!((status.as_u16(), &problem["detail"]), (409, &json!("kommo/mine exists already; choose another name")));
    assert_eq!(page.post(&save, json!({"name": "../mine"})).await.0, 400);

    // The sample is signed with the demo secret, so a gateway with that secret accepts it unchanged.
    let demo = Gateway::start();
    let event: Value = serde_json::from_str(&text).expect("an event");
    let header = event["headers"]["x-signature"].as_str().expect("a signature");
    let path = event["rawPath"].as_str().expect("a path");
    assert_eq!(Page::of(&demo).webhook(path, ("x-signature", header), event["body"].as_str().expect("a body").to_owned()).await, 200);
}

#[tokio::test]
async fn with_sqs_deliveries_are_kept_in_a_separate_file() {
    let queue = Sqs::start().create_queue("inspector").await;
    let settings = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "hush")];
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &settings, &["--queue-url", queue.url()]);
    let page = Page::of(&gateway);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    let number = page.lines(1).await[0]["number"].clone();
    let delivery = page.get(&format!("deliveries/{number}")).await["delivery"].clone();
    let sent = &queue.receive_at_least(1).await[0].body;
    assert_eq!((&delivery["cloud_events"], &delivery["places"]), (&json!([sent]), &json!([])));
    assert!(!gateway.queue_file().exists());
    let file = gateway.queue_file().with_file_name("inspector.sqlite3");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().expect("its file").permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(page.get("setup").await["kept_in"].as_str().map(std::path::PathBuf::from), file.canonicalize().ok());
}

#[tokio::test]
async fn deliveries_outlive_the_process() {
    let gateway = Gateway::start();
    assert_eq!(Page::of(&gateway).webhook("/nobody", TOKEN, "hush").await, 404);
    Page::of(&gateway).lines(1).await;
    let gateway = Gateway::start_in(gateway.kill(), &[]);
    assert_eq!(Page::of(&gateway).lines(1).await[0]["status"], json!(404));
}
