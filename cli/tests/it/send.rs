//! `chathooks send` against `chathooks dev`.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use testkit::{samples, workspace};

use crate::gateway::{Finished, Gateway, chathooks, finish};
use crate::rows::{Row, rows};

fn send(gateway: &Gateway, arguments: &[&str]) -> Finished {
    finish(chathooks(&["send", "--to", &gateway.origin]).args(arguments))
}

fn original(row: &Row) -> Vec<u8> {
    let original = &row.event["data"]["original"];
    let body = original["body"].as_str().expect("a body");
    if original["encoding"] == "base64" { STANDARD.decode(body).expect("base64") } else { body.as_bytes().to_vec() }
}

#[test]
fn every_sample_is_queued_byte_for_byte() {
    let gateway = Gateway::start();
    let mut seen = 0;
    for provider in ["kommo", "kommunicate", "kore", "qikchat"] {
        for sample in samples(provider) {
            let name = format!("{provider}/{}", sample.name);
            let finished = send(&gateway, &[&name]);
            assert_eq!(finished.code, Some(0), "{name}: {} {}", finished.stdout, finished.stderr);
            assert!(finished.stdout.contains("<-- [200] "), "{name}: {}", finished.stdout);
            let [arrived, answered] = gateway.arrows();
            assert!(arrived.contains(&format!("{} B verified (key 0)", sample.body.len())), "{name}: {arrived}");
            let rows = rows(&gateway.queue_file()).split_off(seen);
            seen += rows.len();
            assert!(rows.iter().all(|row| row.queue == "main") && answered.contains(&rows[0].event_id), "{name}: {answered}");
            match rows.as_slice() {
                [row] => assert_eq!(original(row), sample.body, "{name}"),
                rows => assert!(answered.contains(&format!("queued {} events: ", rows.len())) && rows.len() > 1, "{name}: {answered}"),
            }
        }
    }
}

#[test]
fn an_edited_body_is_signed_again() {
    let gateway = Gateway::start();
    let changes = ["--set", "message.message.text=Hello = again, \"you\"", "--set", "message.message.file_size=5"];
    let finished = send(&gateway, &[&["kommo/v2-text"], changes.as_slice()].concat());
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let row = &rows(&gateway.queue_file())[0];
    assert_eq!(row.event["data"]["message"]["text"], "Hello = again, \"you\"");
    assert!(String::from_utf8(original(row)).expect("text").contains(r#""file_size":5"#));
}

#[test]
fn secrets_in_a_file_are_used_on_both_sides() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("my.env");
    fs::write(&settings, "# mine\nexport KOMMO_SECRET='hush hush'\n").expect("a file");
    let gateway = Gateway::start_with(&[("KOMMO_SECRET", "hush hush")]);
    let file = workspace().join("events/kommo/v2-text.json");
    let (file, settings) = (file.to_str().expect("text"), settings.to_str().expect("text"));

    let finished = send(&gateway, &[file, "--env-file", settings]);
    assert_eq!(finished.code, Some(0), "{}", finished.stdout);
    assert!(finished.stdout.contains("KOMMO_SECRET: your own, from ") && !finished.stdout.contains("hush"), "{}", finished.stdout);
    gateway.arrows();

    let finished = send(&gateway, &[file]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains("<-- [401] ") && finished.stdout.contains(r#""title":"Unauthorized""#), "{}", finished.stdout);
    assert_eq!(gateway.arrows()[0], "--> kommo 806 B refused");
}

#[test]
fn a_base_path_is_kept() {
    let gateway = Gateway::start();
    let finished = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &format!("{}/base/", gateway.origin)]));
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains(&format!("{}/base/kommo/", gateway.origin)), "{}", finished.stdout);
    assert!(finished.stdout.contains("<-- [404] "), "{}", finished.stdout);
}

#[test]
fn without_a_server_the_error_says_what_to_do() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let finished = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &format!("http://{closed}")]));
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("is `chathooks dev` running, and is the port correct?"), "{}", finished.stderr);
    // TLS is supported without aws-lc: a plain server causes an error, not a panic.
    let gateway = Gateway::start();
    let finished = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin.replace("http:", "https:")]));
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.starts_with("error: no response from https://127.0.0.1:"), "{}", finished.stderr);
}

#[test]
fn an_invalid_command_line_has_its_own_exit_code() {
    let wrong = |command: &mut Command, told: &str| {
        let finished = finish(command);
        assert_eq!(finished.code, Some(2), "{told}: {}", finished.stdout);
        assert!(finished.stderr.contains(told) && !finished.stderr.contains("hush"), "{told}: {}", finished.stderr);
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("text").to_owned()
    };
    wrong(&mut chathooks(&["send"]), "SAMPLE|FILE");
    wrong(&mut chathooks(&["send", "kommo/v2-txt"]), "did you mean kommo/v2-text? All samples: chathooks samples");
    wrong(chathooks(&["send", "kommo/v2-txt"]).current_dir(folder.path()), "did you mean kommo/v2-text?");
    wrong(&mut chathooks(&["send", &write("text.json", "hush")]), "neither a Lambda event (JSON), nor HTTP as text");
    wrong(&mut chathooks(&["send", &write("empty.json", "{}")]), "rawPath");
    let elsewhere = r#"{"rawPath":"/elsewhere","requestContext":{"http":{"method":"POST"}}}"#;
    wrong(&mut chathooks(&["send", &write("path.json", elsewhere)]), "no webhook has");
    wrong(&mut chathooks(&["send", "kommo/v2-text", "--set", "text"]), "it must be PATH=VALUE");
    wrong(&mut chathooks(&["send", "kommo/v2-text", "--set", "message.typo.text=hush"]), "the body has no `message.typo`");
    wrong(&mut chathooks(&["send", "kommo/v2-text", "--to", "ftp://hush.example"]), "--to: it must be");
    wrong(&mut chathooks(&["send", "kommo/v2-text", "--env-file", "missing.env"]), "missing.env");
    wrong(&mut chathooks(&["send", "kommo/v2-text", "--env-file", &write("my.env", "A=b\nhush")]), "line 2: it must be NAME=value");
    wrong(chathooks(&["send", "kommo/v2-text"]).env("QIKCHAT_LOGIN", "hush"), "QIKCHAT_LOGIN: ");
    wrong(chathooks(&["send", "kommo/v2-text"]).env("KOMMO_SECRET", r#"{"shop":"hush"}"#), "KOMMO_SECRET has no secret");
    wrong(&mut chathooks(&[]), "Usage");
}

#[test]
fn a_machine_without_root_certificates_can_send_to_itself() {
    let gateway = Gateway::start();
    let finished = finish(chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin]).env("SSL_CERT_FILE", "/dev/null"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let finished = finish(chathooks(&["send", "kommo/v2-text", "--to", "https://127.0.0.1:1"]).env("SSL_CERT_FILE", "/dev/null"));
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("root certificates"), "{}", finished.stderr);
}
