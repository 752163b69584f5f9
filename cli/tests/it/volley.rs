//! `chathooks send` with many requests, and with requests broken on purpose.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::gateway::{Finished, Gateway, chathooks, finish};
use crate::rows::rows;

fn send(gateway: &Gateway, arguments: &[&str]) -> Finished {
    finish(chathooks(&["send", "--to", &gateway.origin]).args(arguments))
}

fn json_of(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("not JSON: {}{}", finished.stdout, finished.stderr))
}

#[test]
fn with_a_counter_in_the_id_every_request_is_a_separate_event() {
    let gateway = Gateway::start();
    let many = ["kommo/v2-text", "--repeat", "60", "--concurrency", "7"];
    let finished = send(&gateway, &[&many[..], &["--json", "--set", "message.message.id=load-{i}"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let summary = json_of(&finished);
    assert_eq!((&summary["requests"], &summary["answered"], &summary["statuses"]), (&json!(60), &json!(60), &json!({"200": 60})));
    let [median, high, most] = ["p50_ms", "p99_ms", "max_ms"].map(|name| summary[name].as_f64().expect(name));
    assert!(0.0 < median && median <= high && high <= most, "{summary}");
    let ids: BTreeSet<String> = rows(&gateway.queue_file()).iter().map(|row| row.event["data"]["message"]["id"].to_string()).collect();
    assert_eq!(ids, (1..=60).map(|number| format!("\"load-{number}\"")).collect());

    let finished = send(&gateway, &many);
    assert!(
        finished.stdout.contains("--> 60 x POST ") && finished.stdout.contains("the same body each time; write {i}"),
        "{}",
        finished.stdout
    );
    assert!(finished.stdout.contains("\n  200        60\n  p50 ") && finished.stderr.is_empty(), "{}{}", finished.stdout, finished.stderr);
    let ids: BTreeSet<String> = rows(&gateway.queue_file())[60..].iter().map(|row| row.event_id.clone()).collect();
    assert_eq!((rows(&gateway.queue_file()).len(), ids.len()), (120, 1));
}

#[test]
fn a_tampered_request_is_refused_with_the_reason_of_its_scheme() {
    let gateway = Gateway::start();
    for (name, tamper, reason) in [
        ("kommo/v2-text", "body", "the signature was made with another secret or over other bytes"),
        ("kommo/v2-text", "signature", "the signature was made with another secret or over other bytes"),
        ("kommunicate/group", "signature", "the token or login does not match an accepted secret"),
        ("kore/callback-text", "signature", "the token or login does not match an accepted secret"),
        ("kore/callback-raw-token", "signature", "the token or login does not match an accepted secret"),
        ("kore/hooks-text", "signature", "the signature was made with another secret or over other bytes"),
        ("kore/hooks-text", "time", "the JWT has expired"),
        ("qikchat/text", "signature", "the token or login does not match an accepted secret"),
    ] {
        let finished = send(&gateway, &[name, "--tamper", tamper]);
        assert_eq!(finished.code, Some(1), "{name} {tamper}: {}", finished.stdout);
        let [_, answered] = gateway.arrows();
        assert!(answered.starts_with("<-- [401] ") && answered.contains(reason), "{name} {tamper}: {answered}");
    }
    let finished = send(&gateway, &["kommo/v2-text", "--tamper", "body", "--repeat", "3", "--json"]);
    assert_eq!((finished.code, &json_of(&finished)["statuses"]), (Some(1), &json!({"401": 3})));
    assert!(rows(&gateway.queue_file()).is_empty());
}

#[test]
fn tampering_that_no_proof_covers_is_reported_and_not_sent() {
    let gateway = Gateway::start_with(&[("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")]);
    for (name, tamper, told) in [
        ("kommunicate/group", "body", "does not cover the body"),
        ("kore/callback-text", "body", "does not cover the body"),
        ("kore/hooks-text", "body", "does not cover the body"),
        ("qikchat/text", "body", "does not cover the body"),
        ("kommo/v2-text", "time", "has no time"),
        ("qikchat/text", "time", "has no time"),
        ("kommo/v2-text", "colour", "possible values: body, signature, time"),
    ] {
        let finished = send(&gateway, &[name, "--tamper", tamper]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{name}: {}", finished.stderr);
        assert!(finished.stderr.contains(told), "{}", finished.stderr);
    }
    let waived =
        finish(chathooks(&["send", "kommunicate/group", "--tamper", "signature"]).env("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true"));
    assert!(waived.code == Some(2) && waived.stderr.contains("there is nothing to tamper with"), "{}", waived.stderr);
}

#[test]
fn without_a_server_all_requests_are_counted_as_unanswered() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let finished = finish(&mut chathooks(&["send", "kommo/v2-text", "--repeat", "5", "--to", &format!("http://{closed}")]));
    assert_eq!(finished.code, Some(2));
    assert!(finished.stdout.contains("  ---         5 no response: "), "{}", finished.stdout);
    assert!(finished.stderr.contains("is `chathooks dev` running, and"), "{}", finished.stderr);
}

#[test]
fn ctrl_c_prints_the_summary_so_far() {
    let gateway = Gateway::start();
    let mut command = chathooks(&["send", "kommo/v2-text", "--repeat", "1000000", "--to", &gateway.origin]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
    assert!(lines.next().expect("a line").expect("text").starts_with("--> 1000000 x POST "));
    // After a second request, it is certainly in progress.
    gateway.arrows();
    gateway.arrows();
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(status.success());
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().expect("it ended").code(), Some(1));
    let rest = rest.join("\n");
    assert!(rest.contains("  interrupted: ") && rest.contains(" of 1000000 requests were not sent") && rest.contains("\n  200 "), "{rest}");
}

#[test]
fn numbers_are_bounded() {
    for (option, number) in
        [("--repeat", "0"), ("--repeat", "1000001"), ("--concurrency", "0"), ("--concurrency", "257"), ("--repeat", "many")]
    {
        let finished = finish(&mut chathooks(&["send", "kommo/v2-text", option, number]));
        assert!(finished.code == Some(2) && finished.stderr.contains(option), "{}", finished.stderr);
    }
}
