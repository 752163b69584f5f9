//! `chathooks verify`: every form of a captured request, and input that is not a request.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::{demo_env, proof, samples};

use crate::gateway::{Finished, chathooks, finish};

const BODY: &str = r#"{"message":{"text":"Grüße / hush"}}"#;
const PATH: &str = "/kommo/hush-scope";

fn signature() -> String {
    proof::hmac_sha1("demo-kommo-channel-secret", BODY.as_bytes())
}

/// Runs `chathooks verify` on a file with these bytes.
fn verify(capture: &[u8], arguments: &[&str]) -> Finished {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("capture");
    fs::write(&file, capture).expect("a file");
    finish(chathooks(&["verify"]).arg(&file).args(arguments))
}

fn verdict(finished: &Finished) -> Value {
    serde_json::from_str::<Value>(&finished.stdout).unwrap_or_else(|_| panic!("not JSON: {}{}", finished.stdout, finished.stderr))["verdict"]
        .clone()
}

#[test]
fn every_sample_verifies_and_shows_no_secret() {
    for provider in ["kommo", "kommunicate", "kore", "qikchat"] {
        for sample in samples(provider) {
            let name = format!("{provider}/{}", sample.name);
            let finished = finish(&mut chathooks(&["verify", &name]));
            assert_eq!(finished.code, Some(0), "{name}: {}{}", finished.stdout, finished.stderr);
            assert!(finished.stdout.contains("\nverified: "), "{name}: {}", finished.stdout);
            for (setting, secret) in demo_env() {
                assert!(!finished.stdout.contains(&secret), "{name} shows {setting}");
            }
            let header = ["x-signature", "authentication", "authorization"].iter().find_map(|name| sample.event["headers"][name].as_str());
            assert!(!finished.stdout.contains(header.expect("a proof")), "{name} shows its proof");
        }
    }
}

#[test]
fn every_form_of_a_capture_is_parsed_and_named() {
    let signature = signature();
    let head = format!("POST {PATH}?a=b HTTP/1.1\r\nHost: h.example\r\nX-Signature: {signature}\r\n");
    let curl = format!(
        "* Connected to h.example\n> POST {PATH} HTTP/2\n> Host: h.example\n> X-Signature: {signature}\n> \n* upload completely sent off\n"
    );
    let v1 = json!({"httpMethod": "POST", "path": PATH, "headers": {"X-Signature": "old"}, "multiValueHeaders": {"X-Signature": [signature]},
                    "body": BODY, "isBase64Encoded": false});
    let v2 = json!({"version": "2.0", "rawPath": PATH, "headers": {"x-signature": signature}, "body": BODY,
                    "requestContext": {"http": {"method": "POST"}}});
    let chunked =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", &BODY[..5], BODY.len() - 5, &BODY[5..]);
    let mut load_balancer = v1.clone();
    load_balancer["requestContext"] =
        json!({"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/h/0"}});
    let mut staged = v2.clone();
    staged["rawPath"] = format!("/prod{PATH}").into();
    staged["requestContext"]["stage"] = "prod".into();
    for (capture, form) in [
        (v1.to_string(), "payload format 1.0"),
        (load_balancer.to_string(), "payload format 1.0"),
        (v2.to_string(), "payload format 2.0"),
        (staged.to_string(), "payload format 2.0"),
        (format!("\u{feff}{v2:#}\n"), "payload format 2.0"),
        (format!("{head}\r\n{BODY}"), "HTTP as text"),
        (format!("{head}\r\n{BODY}\n").replace("\r\n", "\n"), "HTTP as text"),
        (format!("{head}Content-Length: {}\r\n\r\n{BODY}\nnotes of mine", BODY.len()), "the file's last 14 bytes are ignored"),
        (format!("{head}\r\n{BODY}").replace(PATH, &format!("https://h.example{PATH}")), "HTTP as text"),
        (chunked, "HTTP as text"),
        (format!("{curl}{BODY}"), "the output of `curl -v`"),
        (format!("{curl}}} [35 bytes data]\n{BODY}\n"), "the output of `curl -v`"),
    ] {
        let finished = verify(capture.as_bytes(), &[]);
        assert_eq!(finished.code, Some(0), "{capture}\n{}{}", finished.stdout, finished.stderr);
        assert!(finished.stdout.starts_with("read as ") && finished.stdout.contains(form), "{}", finished.stdout);
    }
    let spaced = BODY.replace('{', "{ ");
    let finished = verify(format!("> POST {PATH} HTTP/1.1\n>\n{spaced}").as_bytes(), &[]);
    assert!(finished.stdout.contains(&format!("{} bytes, the whole body", spaced.len())), "{}", finished.stdout);
    // Two headers with the same name are joined, as API Gateway joins them.
    let twice = format!("{head}x-signature: {signature}\r\n\r\n{BODY}");
    assert_eq!(verdict(&verify(twice.as_bytes(), &["--json"]))["reason"], "malformed_header");
    // The response is not part of the request, and curl does not print the body.
    let answered = format!("{curl}< HTTP/2 401\n< date: today\n<\n{{\"title\":\"Unauthorized\"}}");
    let finished = verify(answered.as_bytes(), &[]);
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.stdout.contains("pass it with --body-file") && finished.stdout.contains("0 bytes, the whole body"),
        "{}",
        finished.stdout
    );
}

#[test]
fn options_supply_what_was_not_captured() {
    let folder = tempfile::tempdir().expect("a folder");
    let body = folder.path().join("body.json");
    fs::write(&body, BODY).expect("a file");
    let body = body.to_str().expect("text");
    let header = format!("x-signature: {}", signature());
    let options = ["--path", PATH, "--header", &header, "--body-file", body];
    assert_eq!(finish(chathooks(&["verify"]).args(options)).code, Some(0));
    // Options replace what was captured.
    let finished = verify(b"POST /elsewhere\nX-Signature: old\n\nold", &options);
    assert_eq!(finished.code, Some(0), "{}", finished.stdout);

    let capture = format!("POST {PATH}\nX-Signature: {}\n\n{BODY}", signature());
    let capture_file = folder.path().join("capture");
    fs::write(&capture_file, capture).expect("a file");
    let mut command: Command = chathooks(&["verify", "-"]);
    let finished = finish(command.stdin(Stdio::from(fs::File::open(&capture_file).expect("the file"))));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

#[test]
fn a_refusal_is_explained_with_a_remedy() {
    let pretty = BODY.replace(':', ": ");
    let capture = format!("POST {PATH}\nX-Signature: {}\nContent-Length: {}\n\n{pretty}", signature(), pretty.len());
    let finished = verify(capture.as_bytes(), &[]);
    assert_eq!(finished.code, Some(1));
    for line in [
        "refused: the signature was made with another secret or over other bytes".to_owned(),
        "  provider  kommo".to_owned(),
        format!("  checked   {} bytes, the whole body", pretty.len()),
        "  secret    KOMMO_SECRET: the demo secret".to_owned(),
        "  reason    wrong_signature".to_owned(),
    ] {
        assert!(finished.stdout.lines().any(|known| known == line), "{line} is not in\n{}", finished.stdout);
    }
    let remedy = "  try       it would verify if the body were written without white space";
    assert!(finished.stdout.contains(remedy) && !finished.stdout.contains("Grüße"), "{}", finished.stdout);

    let json = verdict(&verify(capture.as_bytes(), &["--json"]));
    assert_eq!(
        (&json["outcome"], &json["reason"], &json["checked_bytes"]),
        (&json!("refused"), &json!("wrong_signature"), &json!(pretty.len()))
    );
    assert_eq!(json["received"], format!("{}… (40 characters)", &signature()[..4]));

    let by_get = verify(b"GET /kommo\n\n", &[]);
    assert!(by_get.code == Some(1) && by_get.stdout.contains("its method is GET"), "{}", by_get.stdout);
    let elsewhere = verify(b"POST /elsewhere\n\n", &["--json"]);
    assert_eq!((elsewhere.code, &verdict(&elsewhere)["outcome"]), (Some(1), &json!("unknown_path")));
}

#[test]
fn custom_secrets_are_used_and_not_shown() {
    let keyring = r#"{"berlin":"hush-berlin","*":["hush-new","hush-old"]}"#;
    let capture = |secret: &str| format!("POST /kommo/paris\nX-Signature: {}\n\n{BODY}", proof::hmac_sha1(secret, BODY.as_bytes()));
    let with = |secret: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("capture");
        fs::write(&file, capture(secret)).expect("a file");
        let finished = finish(chathooks(&["verify", "--json"]).arg(&file).env("KOMMO_SECRET", keyring));
        assert!(!finished.stdout.contains("hush-") && !finished.stderr.contains("hush-"), "{}", finished.stdout);
        (finished.code, verdict(&finished))
    };
    let (code, old) = with("hush-old");
    assert_eq!((code, &old["key_position"], &old["keys"]), (Some(0), &json!(1), &json!(2)));
    let (code, other) = with("hush-berlin");
    let remedy = "it would verify if its path named the channel berlin, or if its channel had the secret of berlin";
    assert_eq!((code, &other["would_verify"]), (Some(1), &json!([remedy])));
    let (code, demo) = with("demo-kommo-channel-secret");
    let remedy = "it would verify if KOMMO_SECRET were the demo secret, which the value in force overrides";
    assert_eq!((code, &demo["would_verify"]), (Some(1), &json!([remedy])));
}

#[test]
fn input_that_is_not_a_request_is_reported_and_not_shown() {
    for (capture, told) in [
        (&b""[..], "it is empty"),
        (b"\xef\xbb\xbf \n", "it is empty"),
        (b"hush hush hush hush", "neither a Lambda event (JSON), nor HTTP as text"),
        (b"post /hush HTTP/1.1\n\n", "neither a Lambda event (JSON), nor HTTP as text"),
        (b"\x1f\x8b\x08\x00hush", "neither a Lambda event (JSON), nor HTTP as text"),
        (b"HTTP/1.1 200 OK\nhush: hush\n\n", "it is a response, not a request"),
        (b"{\"message\":\"hush\"}", "or `path` and `httpMethod`; to pass only a body, use --body-file"),
        (b"[\"hush\"]", "not a Lambda HTTP event"),
        (b"{\"rawPath\": hush}", "line 1, column 13 is not valid JSON"),
        (b"{\"rawPath\":\"/kommo\"}", "not a Lambda HTTP event"),
        (b"{\"httpMethod\":\"POST\"}", "not a Lambda HTTP event"),
        (
            b"{\"rawPath\":\"/kommo\",\"requestContext\":{\"http\":{\"method\":\"POST\"}},\"isBase64Encoded\":true,\"body\":\"hush!\"}",
            "`body` is not base64",
        ),
        (b"POST /kommo HTTP/1.1\nhost: h\nhush hush\n\n", "line 3 is not a header"),
        (b"> hush hush hush hush\n", "neither a Lambda event (JSON)"),
    ] {
        let finished = verify(capture, &[]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{told}");
        assert!(finished.stderr.starts_with("error: ") && finished.stderr.contains(told), "{told}: {}", finished.stderr);
        assert!(!finished.stderr.contains("hush"), "{}", finished.stderr);
    }
    for (arguments, told) in [
        (&["verify"][..], "SAMPLE|FILE"),
        (&["verify", "missing.txt"], "there is no file or sample missing.txt"),
        (&["verify", "--path", "/kommo"], "--body-file"),
        (&["verify", "--path", "/kommo", "--body-file", "missing.json"], "cannot read missing.json"),
        (&["verify", "kommo/v2-text", "--header", "no colon"], "it must be like `X-Signature: value`"),
        (&["verify", "kommo/v2-text", "--env-file", "missing.env"], "missing.env"),
    ] {
        let finished = finish(&mut chathooks(arguments));
        assert_eq!(finished.code, Some(2), "{told}");
        assert!(finished.stderr.contains(told), "{told}: {}", finished.stderr);
    }
}
