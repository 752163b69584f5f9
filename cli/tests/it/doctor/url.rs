//! `--url`: deployments, and servers that are none.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use testkit::Sqs;

use super::deployment::findings;
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

#[test]
fn a_url_is_checked_without_access_to_aws() {
    let gateway = Gateway::start();
    let check = |url: &str| finish(&mut chathooks(&["doctor", "--json", "--url", url]));
    let all = check(&gateway.origin);
    assert_eq!(all.code, Some(0), "{}", all.stdout);
    let found = findings(&all);
    assert_eq!(found.iter().filter(|(level, _, text)| level == "ok" && text.contains("this project's 401")).count(), 4, "{found:#?}");
    assert!(
        found.iter().any(|(level, _, text)| level == "note" && text.contains("No POST was sent: it would queue an event if")),
        "{found:#?}"
    );
    assert_eq!(check(&format!("{}/kommo/shop", gateway.origin)).code, Some(0));
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");

    let moto = check(&Sqs::start().endpoint());
    assert_eq!(moto.code, Some(1), "{}", moto.stdout);
    let closed = check("127.0.0.1:9");
    assert!(closed.code == Some(1) && closed.stdout.contains("connection: refused"), "{}", closed.stdout);
    for wrong in [&["doctor"][..], &["doctor", "--url", "ftp://hush"], &["doctor", "--url", "h.example", "--stack", "x"]] {
        let finished = finish(&mut chathooks(wrong));
        assert!(finished.code == Some(2) && !finished.stderr.contains("hush"), "{}", finished.stderr);
    }
}

#[test]
fn an_open_door_is_told_and_not_entered() {
    let gateway = Gateway::start_with(&[("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")]);
    let checked = finish(&mut chathooks(&["doctor", "--json", "--url", &gateway.origin]));
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
}

/// A server that answers each request with these bytes, and then closes the connection; without bytes it never answers. It
/// ends with the test process.
fn server(answer: Option<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        let mut held = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            let Some(answer) = answer else {
                held.push(stream);
                continue;
            };
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(&answer);
            });
        }
    });
    origin
}

/// A response with that status line, header and body.
fn http(status: &str, header: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn servers_that_are_no_deployment_are_told_apart() {
    let problem = r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"x","instance":"x"}"#;
    for (answer, told) in [
        (http("200 OK", "x: y", "welcome"), "accepted a POST without a proof"),
        (http("401 Unauthorized", "content-type: text/html", "hush"), "something other than this project answers"),
        (http("401 Unauthorized", "content-type: application/json", problem), "something other than this project answers"),
        (http("301 Moved", "location: https://other.invalid/kommo?token=hush", ""), "redirects to https://other.invalid/kommo with 301"),
        (http("302 Found", "x: y", ""), "redirects with 302"),
        (http("403 Forbidden", "x: y", ""), "is forbidden (403)"),
        (http("404 Not Found", "x: y", ""), "does not exist (404)"),
        (http("405 Not Allowed", "x: y", ""), "answers 405, which this project never does"),
        (http("429 Too Many", "x: y", ""), "is throttled (429)"),
        (http("503 Unavailable", "x: y", ""), "the response is not from this project's function"),
        (http("200 OK", "x: y", &"x".repeat(3_000_000)), "accepted a POST without a proof"),
        (http("401 Unauthorized", "date: Thu, 01 Jan 2026 00:00:00 GMT", ""), "set the clock (NTP)"),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), "the response is not HTTP"),
        (Vec::new(), "the connection was closed before the response"),
    ] {
        let finished = finish(&mut chathooks(&["doctor", "--url", &format!("{}/kommo/shop", server(Some(answer)))]));
        assert_eq!(finished.code, Some(1), "{told}: {}{}", finished.stdout, finished.stderr);
        assert!(finished.stdout.contains(told) && !finished.stdout.contains("hush"), "{told}: {}", finished.stdout);
        assert!(finished.stdout.contains("  try: "), "{}", finished.stdout);
    }
}

#[test]
fn a_server_that_never_answers_costs_one_time_limit() {
    let begin = Instant::now();
    let hanging = finish(&mut chathooks(&["doctor", "--json", "--url", &server(None)]));
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    let found = findings(&hanging);
    let is_one = found.len() == 1 && found[0].1 == "webhooks" && found[0].2.contains("no response in time");
    assert!(hanging.code == Some(1) && is_one, "{found:#?}");
}

#[test]
fn an_address_is_checked_as_it_is_written() {
    let gateway = Gateway::start_with(&[("BASE_PATH", "/hooks")]);
    let host = gateway.origin.trim_start_matches("http://");
    let levels = |url: &str| {
        let finished = finish(&mut chathooks(&["doctor", "--json", "--url", url]));
        let mut levels = BTreeMap::<String, usize>::new();
        for (level, subject, _) in findings(&finished) {
            if subject.starts_with("webhook") {
                *levels.entry(level).or_default() += 1;
            }
        }
        (finished.code, levels)
    };
    let of = |all: &[(&str, usize)]| all.iter().map(|(level, count)| ((*level).to_owned(), *count)).collect();
    for (url, code, expected) in [
        (format!("{host}/hooks"), 0, of(&[("note", 1), ("ok", 4)])),
        (format!("{}/hooks/", gateway.origin), 0, of(&[("note", 1), ("ok", 4)])),
        (format!("{}/hooks/kommo/:scope_id", gateway.origin), 0, of(&[("ok", 1)])),
        (format!("{}/hooks/kommo/shop?a=b", gateway.origin), 0, of(&[("ok", 1)])),
        (format!("{}/hooks/kore/chatbot/hooks/{{bot}}", gateway.origin), 0, of(&[("ok", 1)])),
        (format!("{}/elsewhere", gateway.origin), 1, of(&[("note", 5), ("wrong", 1)])),
        (format!("{}/elsewhere/kommo/shop", gateway.origin), 1, of(&[("wrong", 1)])),
        (format!("https://{host}/hooks"), 1, of(&[("wrong", 1)])),
    ] {
        assert_eq!(levels(&url), (Some(code), expected), "{url}");
    }
    let plain = finish(&mut chathooks(&["doctor", "--url", "http://hooks.invalid"]));
    assert!(plain.code == Some(1) && plain.stdout.contains("has no TLS"), "{}", plain.stdout);
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
}
