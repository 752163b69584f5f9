//! `answering/`: the platforms accept the answers to the sample events, and reject anything changed on the
//! way.

mod double;
mod environment;
mod malformed;
mod page;
mod refused;
mod stops;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Output, Stdio};

use functions::PROVIDERS;
use serde_json::{Value, json};
use testkit::wire::{Request, Response};
use testkit::{Pipeline, Receiver, Reply, samples};
use time::OffsetDateTime;

use self::double::check;
use crate::program::script;

const PROGRAMS: [&str; 2] = ["answering/python/answer.py", "answering/typescript/answer.ts"];
const TEXT: &str = "Yes, until six \u{2602}";

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// Returns the events of a provider's samples, as they are in the queue, written `age` seconds ago.
async fn events(provider: &'static str, age: i64) -> Vec<Value> {
    let work = move || {
        let provider = PROVIDERS.iter().find(|known| known.name == provider).expect("a provider");
        let pipeline = Pipeline::new(provider);
        let bodies =
            samples(provider.name).into_iter().map(|sample| (sample.event["rawPath"].as_str().expect("a path").to_owned(), sample.body));
        let events = bodies.flat_map(|(path, body)| pipeline.events(&path, &body));
        let time = OffsetDateTime::from_unix_timestamp(now() - age).expect("a time");
        let (day, clock) = (time.date(), time.time());
        let time = format!("{day}T{:02}:{:02}:{:02}Z", clock.hour(), clock.minute(), clock.second());
        events
            .map(|event| json!(event))
            .map(|mut event| {
                event["time"] = json!(time);
                event
            })
            .collect()
    };
    // A pipeline starts its own runtime, which is impossible on the test's runtime.
    tokio::task::spawn_blocking(work).await.expect("events")
}

/// Returns settings that send everything to the double of the platforms.
fn settings(receiver: &Receiver, version: &str) -> Vec<(&'static str, String)> {
    let url = receiver.url();
    let base = url.split("/events").next().expect("an address");
    let (client, secret) = double::KORE_CLIENT;
    vec![
        ("KOMMO_URL", format!("{base}/")),
        ("KOMMO_SECRET", double::KOMMO_SECRET.to_owned()),
        ("KOMMO_SCOPE_ID", "channel_account".to_owned()),
        ("KOMMUNICATE_URL", base.to_owned()),
        ("KOMMUNICATE_API_KEY", double::KOMMUNICATE_KEY.to_owned()),
        ("KOMMUNICATE_SENDER", "desk-luis".to_owned()),
        ("KOMMUNICATE_STAFF", "spoke-helper-bot,desk-maria".to_owned()),
        ("KORE_CLIENT", format!("{client}:{secret}")),
        ("KORE_WEBHOOK_URL", format!("{base}/chatbot/{version}/{{bot}}")),
        ("KORE_POST_URL", format!("{base}/client")),
        ("KORE_ACCESS_TOKEN", double::KORE_TOKEN.to_owned()),
        ("QIKCHAT_URL", base.to_owned()),
        ("QIKCHAT_API_KEY", double::QIKCHAT_KEY.to_owned()),
    ]
}

/// Runs a program over events to completion.
async fn run(program: &'static str, text: &'static str, settings: Vec<(&'static str, String)>, events: &[Value]) -> Output {
    run_lines(program, text, settings, events.iter().map(|event| format!("{event}\n")).collect::<String>()).await
}

/// Runs a program over lines to completion.
async fn run_lines(program: &'static str, text: &'static str, settings: Vec<(&'static str, String)>, lines: impl Into<Vec<u8>>) -> Output {
    let mut lines = lines.into();
    if !lines.ends_with(b"\n") {
        lines.push(b'\n');
    }
    let work = move || {
        let mut command = script(program);
        let piped = command.arg(text).env_clear().envs(settings).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the example starts");
        // Fails if the program ended before it read everything.
        let _ = child.stdin.take().expect("a pipe").write_all(&lines);
        child.wait_with_output().expect("the example ends")
    };
    tokio::task::spawn_blocking(work).await.expect("an output")
}

async fn double() -> Receiver {
    Receiver::start(|request| match check(request, now()) {
        Ok(()) => Reply::Response(Response::new(200, "application/json", r#"{"status":true,"data":[{"id":"m-1"}]}"#)),
        Err(_) => Reply::Status(403),
    })
    .await
}

/// Returns the IDs of the events that a program reports as answered.
fn answered(output: &Output) -> BTreeSet<String> {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| line.strip_suffix(" answered")).map(str::to_owned).collect()
}

/// Returns whether an event can be answered according to the page.
fn is_answerable(event: &Value) -> bool {
    let data = &event["data"];
    let (sender, recipient) = (&data["sender"], &data["recipient"]);
    data["kind"] == "message"
        && match data["provider"].as_str() {
            Some("kommo") => data["conversation"].is_string() && recipient["id"].is_string() && data["warnings"] == json!([]),
            Some("kommunicate") => sender["id"] != "spoke-helper-bot",
            Some("kore") => sender["role"] == "customer" || recipient["role"] == "customer",
            _ => sender["role"] == "customer" && sender["phone"].is_string() && data["conversation"] == sender["phone"],
        }
}

/// Returns a body without the values that differ between runs.
fn lasting(request: &Request) -> Value {
    let mut body: Value = serde_json::from_slice(&request.body).expect("JSON");
    if let Some(payload) = body["payload"].as_object_mut() {
        payload.retain(|name, _| !name.ends_with("timestamp"));
    }
    json!([request.target, body])
}

#[tokio::test]
async fn the_platforms_accept_both_programs_answers() {
    for (provider, version) in [("kommo", ""), ("kommunicate", ""), ("kore", "hooks"), ("kore", "v2/webhook"), ("qikchat", "")] {
        let events = events(provider, 60).await;
        let expected: BTreeSet<String> =
            events.iter().filter(|event| is_answerable(event)).map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
        assert!(expected.len() > 10 && expected.len() < events.len(), "{provider}: {} of {}", expected.len(), events.len());
        let mut told = Vec::new();
        for program in PROGRAMS {
            let receiver = double().await;
            let output = run(program, TEXT, settings(&receiver, version), &events).await;
            assert!(output.status.success(), "{provider} {program}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(answered(&output), expected, "{provider} {program}");
            let requests: Vec<Value> = receiver.arrivals().iter().map(|arrival| lasting(&arrival.request)).collect();
            told.push((String::from_utf8_lossy(&output.stdout).into_owned(), requests));
        }
        assert_eq!(told[0], told[1], "{provider}: Python and TypeScript differ");
        assert!(told[0].1.iter().all(|request| request.to_string().contains(TEXT)), "{provider}");
    }
}

#[tokio::test]
async fn delivery_statuses_are_reported_to_kommo() {
    let events = events("kommo", 60).await;
    for program in PROGRAMS {
        let receiver = double().await;
        let output = run(program, "--delivered", settings(&receiver, ""), &events).await;
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        let ids = events.iter().filter(|event| event["data"]["message"]["id"].is_string() && event["data"]["warnings"] == json!([]));
        assert_eq!(answered(&output).len(), ids.count(), "{program}");
    }
}

#[tokio::test]
async fn nothing_is_answered_after_whatsapps_24_hours() {
    let events = events("qikchat", 24 * 60 * 60).await;
    for program in PROGRAMS {
        let receiver = double().await;
        let output = run(program, TEXT, settings(&receiver, ""), &events).await;
        assert!(output.status.success() && receiver.arrivals().is_empty(), "{program}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("the 24 hours are over"), "{program}");
    }
}

#[tokio::test]
async fn an_unknown_provider_is_skipped() {
    let mut event = events("kommo", 60).await.into_iter().find(is_answerable).expect("an event");
    event["data"]["provider"] = json!("tomorrow");
    for program in PROGRAMS {
        let receiver = double().await;
        let output = run(program, TEXT, settings(&receiver, ""), std::slice::from_ref(&event)).await;
        assert!(output.status.success() && receiver.arrivals().is_empty(), "{program}");
    }
}
