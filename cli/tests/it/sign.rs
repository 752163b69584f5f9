//! `chathooks sign`: what it prints is a valid proof of the request.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{proof, samples};

use crate::gateway::{Finished, Gateway, chathooks, finish};
use crate::rows::rows;

const ALL: [(&str, &str); 5] = [
    ("kommo/v2-text", "x-signature"),
    ("kommunicate/group", "authentication"),
    ("kore/callback-text", "authorization"),
    ("kore/hooks-text", "authorization"),
    ("qikchat/text", "authorization"),
];

fn sign(arguments: &[&str]) -> Finished {
    let finished = finish(chathooks(&["sign"]).args(arguments));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    finished
}

#[test]
fn the_headers_verify() {
    for (name, header) in ALL {
        let line = sign(&[name]).stdout;
        let (known, value) = line.trim_end().split_once(": ").expect("a header");
        assert_eq!(known, header);
        let finished = finish(&mut chathooks(&["verify", name, "--header", line.trim_end()]));
        assert_eq!(finished.code, Some(0), "{}", finished.stdout);
        let json: Value = serde_json::from_str(&sign(&[name, "--json"]).stdout).expect("JSON");
        assert_eq!((&json["headers"][header], &json["method"]), (&json!(value), &json!("POST")));
    }
    let sample = samples("kommo").into_iter().find(|sample| sample.name == "v2-text").expect("the sample");
    assert_eq!(
        sign(&["kommo/v2-text"]).stdout.trim_end(),
        format!("x-signature: {}", proof::hmac_sha1("demo-kommo-channel-secret", &sample.body))
    );
}

#[test]
fn the_curl_command_sends_the_same_bytes_and_gets_200() {
    let gateway = Gateway::start();
    let all = ALL.map(|(name, _)| name).into_iter().chain(["kommo/base64", "kommo/v2-escaped", "kommo/v2-trailing-newline"]);
    for (index, name) in all.enumerate() {
        let command = sign(&[name, "--curl", "--to", &gateway.origin]).stdout;
        let finished = finish(Command::new("sh").args(["-c", &command]).env_remove("http_proxy").env_remove("HTTP_PROXY"));
        assert!(finished.stdout.starts_with("HTTP/1.1 200"), "{command}\n{}", finished.stdout);
        let (provider, case) = name.split_once('/').expect("a name");
        let body = samples(provider).into_iter().find(|sample| sample.name == case).expect("the sample").body;
        let queued = &rows(&gateway.queue_file())[index].event["data"]["original"];
        assert_eq!(queued["sha256"], proof::sha256(&body), "{name}");
    }
    assert_eq!(rows(&gateway.queue_file()).len(), 8);
}

#[test]
fn the_event_is_a_sample() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hello.json");
    for name in ["kommo/v2-text", "qikchat/text"] {
        let set = ["--set", if name.starts_with("kommo") { "message.message.text=Hello" } else { "payload.message.text.body=Hello" }];
        fs::write(&file, sign(&[&[name, "--event"], &set[..]].concat()).stdout).expect("a file");
        let event: Value = serde_json::from_slice(&fs::read(&file).expect("the file")).expect("JSON");
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["headers"]["content-length"], event["body"].as_str().expect("a body").len().to_string());
        assert!(event["body"].as_str().expect("a body").contains("\"Hello\""));
        let finished = finish(chathooks(&["verify"]).arg(&file));
        assert_eq!(finished.code, Some(0), "{}", finished.stdout);
    }
    // Bytes that are not text.
    fs::write(&file, b"\xff").expect("a file");
    let event = sign(&["--path", "/kommo", "--body-file", file.to_str().expect("text"), "--event"]).stdout;
    let event: Value = serde_json::from_str(&event).expect("JSON");
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
}

#[test]
fn proofs_that_reveal_a_secret_are_printed_only_on_demand() {
    let own = [
        ("KOMMO_SECRET", "hush-hush"),
        ("KOMMUNICATE_TOKEN", "hush-hush"),
        ("KORE_ACCESS_TOKEN", "hush-hush"),
        ("KORE_CLIENT", "id:hush-hush"),
        ("QIKCHAT_LOGIN", "user:hush-hush"),
    ];
    for (name, header) in ALL {
        for format in [&[][..], &["--json"], &["--curl"], &["--event"]] {
            let sign = |more: &[&str]| finish(chathooks(&["sign", name]).args(format).args(more).envs(own));
            let finished = sign(&[]);
            if name.starts_with("kommo/") {
                assert!(finished.code == Some(0) && !finished.stdout.contains("hush"), "{}", finished.stdout);
                continue;
            }
            assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{name}");
            assert!(finished.stderr.contains("--reveal") && !finished.stderr.contains("hush"), "{}", finished.stderr);
            let finished = sign(&["--reveal"]);
            assert!(finished.code == Some(0) && finished.stdout.contains(header), "{}", finished.stderr);
        }
    }
}

#[test]
fn an_invalid_command_line_reports_what_is_valid() {
    for (arguments, told) in [
        (&["sign"][..], "SAMPLE|FILE"),
        (&["sign", "kommo/v2-txt"], "did you mean kommo/v2-text?"),
        (&["sign", "kommo/v2-text", "--curl", "--event"], "cannot be used with"),
        (&["sign", "kommo/v2-text", "--to", "http://h"], "--curl"),
        (&["sign", "kommo/v2-text", "--curl", "--to", "http://user:hush@h"], "without a login"),
        (&["sign", "kommo/v2-text", "--path", "/elsewhere"], "no webhook has the request's path /elsewhere"),
        (&["sign", "kommo/v2-text", "--set", "typo.text=x"], "the body has no `typo`"),
    ] {
        let finished = finish(&mut chathooks(arguments));
        assert_eq!(finished.code, Some(2), "{told}");
        assert!(finished.stderr.contains(told) && !finished.stderr.contains("hush"), "{told}: {}", finished.stderr);
    }
}
