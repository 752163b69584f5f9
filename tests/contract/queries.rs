//! The runbook in `docs/operations.md`: each alarm has a query, and the query finds the lines that carry the alarm's
//! metric.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{Function, Post, Receiver, Reply, Sqs, StoredSecret, binary, proof, sqs_event};

use crate::pages::Page;

fn operations() -> Page {
    Page::read("docs/operations.md")
}

/// Returns the queries, by the anchor of their heading.
fn queries(page: &Page) -> BTreeMap<String, String> {
    let sections = page.text.split("\n### ").skip(1).filter_map(|section| {
        let (title, rest) = section.split_once('\n')?;
        let block = rest.split("```logs-insights\n").nth(1)?.split("\n```").next()?;
        Some((title.to_lowercase().replace(' ', "-"), block.to_owned()))
    });
    sections.collect()
}

/// Returns the rows of the alarm table: the alarm's name, and the anchors that its row links to.
fn rows(page: &Page) -> BTreeMap<String, Vec<String>> {
    let rows = page.text.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("Alarm` | ")?;
        let anchors = rest.split("](#").skip(1).filter_map(|link| Some(link.split_once(')')?.0.to_owned()));
        Some((format!("{name}Alarm"), anchors.collect()))
    });
    rows.collect()
}

/// Alarms on the state of a queue, which no log line reports. The runbook gives a command for them.
const STATE_ALARMS: [&str; 1] = ["OldestMessageAlarm"];

#[test]
fn each_alarm_has_its_query() {
    let page = operations();
    let (queries, rows) = (queries(&page), rows(&page));
    assert!(rows.len() > 12, "{rows:?}");
    for (alarm, anchors) in rows {
        let has_query = anchors.iter().any(|anchor| queries.contains_key(anchor));
        assert_ne!(has_query, STATE_ALARMS.contains(&alarm.as_str()), "{alarm}: {anchors:?}");
    }
}

/// Returns whether a line passes the filter of a query.
fn finds(query: &str, line: &Value) -> bool {
    let filter = query.strip_prefix("filter ").and_then(|rest| rest.split(" | ").next()).expect("a filter");
    let any = filter.split(" or ").map(|all| all.trim_matches(['(', ')']));
    any.into_iter().any(|all| all.split(" and ").all(|term| holds(term.trim_start_matches('('), line)))
}

fn holds(term: &str, line: &Value) -> bool {
    if let Some(term) = term.strip_prefix("not ") {
        return !holds(term, line);
    }
    if let Some(field) = term.strip_prefix("ispresent(") {
        return !line[field.trim_end_matches(')')].is_null();
    }
    let mut words = term.splitn(3, ' ');
    let [Some(field), Some(operator), Some(expected)] = [words.next(), words.next(), words.next()] else { panic!("{term}") };
    let found = field.split('.').fold(line, |value, name| &value[name]);
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let expected: Value = serde_json::from_str(expected).unwrap_or_else(|_| panic!("{term}"));
    match operator {
        "in" => expected.as_array().is_some_and(|list| list.contains(found)),
        "=" => *found == expected || number(found).is_some_and(|found| number(&expected) == Some(found)),
        ">" => number(found) > number(&expected),
        ">=" => number(found) >= number(&expected),
        _ => panic!("{term}"),
    }
}

/// Returns the log lines of functions that trigger every alarm.
async fn lines() -> Vec<Value> {
    let sqs = Sqs::start();
    let queue = sqs.create_queue("runbook").await;
    let missing = queue.url().replace("runbook", "no-such-queue");
    let secret = StoredSecret::create("secret").await;
    let endpoint = sqs.endpoint();
    let (kommo, body) = (binary("kommo"), r#"{"x":1}"#);
    let signed = |body: &str| Post::new("/kommo/shop", body).with("x-signature", proof::hmac_sha1("secret", body.as_bytes()));
    let budget = ("ACK_BUDGET_MS", "20000");
    let mut lines = Vec::new();

    let settings =
        [("QUEUE_URL", queue.url()), ("KOMMO_SECRET_ARN", secret.arn()), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint), budget];
    let function = Function::start(&kommo, &settings).await;
    for (post, status) in [(signed(body), 200), (signed("x"), 400)] {
        assert_eq!(function.invoke_http(&post.event()).await.status, status);
    }
    // The invalid proof makes the function refresh its secret.
    secret.put("{}").await;
    assert_eq!(function.invoke_http(&Post::new("/kommo/shop", body).event()).await.status, 401);
    let wrong = Post::new("/kommo/shop", body).with("x-signature", proof::hmac_sha1("another", body.as_bytes()));
    assert_eq!(function.invoke_http(&wrong.event()).await.status, 401);
    lines.extend(function.stop());

    for (fallback, status) in [("", 503), (queue.url(), 200)] {
        let settings =
            [("QUEUE_URL", missing.as_str()), ("FALLBACK_QUEUE_URL", fallback), ("KOMMO_SECRET", "secret"), ("ACK_BUDGET_MS", "2000")];
        let function = Function::start(&kommo, &settings).await;
        assert_eq!(function.invoke_http(&signed(body).event()).await.status, status);
        lines.extend(function.stop());
    }

    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let url = receiver.url();
    let settings =
        [("DELIVERY_URL", url.as_str()), ("DELIVERY_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), ("QUEUE_URL", missing.as_str())];
    let worker = Function::start(&binary("worker"), &settings).await;
    let arn = queue.arn().replace("runbook", "no-such-queue");
    worker.invoke(sqs_event(&arn, &queue.receive_at_least(2).await).to_string().into_bytes()).await;
    lines.extend(worker.stop());
    lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[tokio::test]
async fn a_query_finds_the_lines_with_the_alarms_metric() {
    let (page, lines) = (operations(), lines().await);
    let queries = queries(&page);
    // The page names the log groups to query, so a query is run only on the lines of its service.
    for (query, metric) in [
        ("refusals-by-reason", "Refused"),
        ("why-it-was-not-queued", "EnqueueFailed"),
        ("events-in-the-fallback-queue", "FallbackUsed"),
        ("secrets-that-could-not-be-read", "SecretRefreshFailed"),
        ("why-deliveries-failed", "DeliveryFailed"),
        ("failed-visibility-changes", "VisibilityFailed"),
    ] {
        let carries = |line: &&Value| line[metric].as_f64().is_some_and(|count| count > 0.0);
        assert!(lines.iter().any(|line| carries(&line)), "no line carries {metric}: {lines:#?}");
        let of_the_worker = ["DeliveryFailed", "VisibilityFailed"].contains(&metric);
        for line in lines.iter().filter(|line| (line["service"] == "worker") == of_the_worker) {
            assert_eq!(finds(&queries[query], line), carries(&line), "{query}: {line}");
        }
    }
    let quarantined = |line: &&Value| line["message"] == "quarantined";
    assert!(lines.iter().filter(quarantined).all(|line| finds(&queries["unknown-shapes-and-quarantine"], line)));
}

#[tokio::test]
async fn the_error_query_finds_a_function_that_fails() {
    let failed = Function::start_expecting_failure(&binary("kommo"), &[("QUEUE_URL", "http://127.0.0.1:9/queue")]).await;
    let lines = failed.logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let query = queries(&operations())["errors-of-a-function"].clone();
    assert!(lines.into_iter().any(|line| finds(&query, &line)), "{:?}", failed.logs);
    // Lambda's own report line, as its documentation shows it.
    for (status, is_found) in [("timeout", true), ("error", true), ("success", false)] {
        let report = json!({"type": "platform.report", "record": {"requestId": "1", "status": status, "metrics": {"durationMs": 25_000}}});
        assert_eq!(finds(&query, &report), is_found, "{status}");
    }
}

#[test]
fn an_access_log_query_finds_the_requests_of_its_alarm() {
    let queries = queries(&operations());
    let line = |status: &str, integration: &str, latency: &str| json!({"status": status, "integrationStatus": integration, "responseLatency": latency});
    for (query, found, other) in [
        ("error-responses-of-the-api", line("502", "200", "9"), line("404", "200", "9")),
        ("requests-that-api-gateway-throttled", line("429", "-", "1"), line("401", "200", "1")),
        ("requests-that-lambda-throttled", line("500", "429", "9"), line("500", "500", "9")),
        ("slow-responses-of-the-api", line("200", "200", "1501"), line("200", "200", "1500")),
    ] {
        assert!(finds(&queries[query], &found), "{query}");
        assert!(!finds(&queries[query], &other), "{query}");
    }
}
