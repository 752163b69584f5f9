//! What ends the programs: each error is one line, which contains no message text and no value of a setting.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::script;

use super::{PROGRAMS, TEXT, answered, double, events, is_answerable, lasting, run, run_lines, settings};

/// A text that must not appear in any error.
pub(super) const HUSH: &str = "hush-hush";

/// Returns an event of a provider that can be answered, with [`HUSH`] as its text.
pub(super) async fn answerable(provider: &'static str) -> Value {
    let mut event = events(provider, 60).await.into_iter().find(is_answerable).expect("an event");
    event["data"]["message"]["text"] = json!(HUSH);
    event
}

/// Returns the error of a program that ends with 1 and sends nothing.
pub(super) async fn error_of(program: &'static str, line: String, own: &[(&'static str, Option<&str>)]) -> String {
    let receiver = double().await;
    let mut all = settings(&receiver, "hooks");
    all.retain(|(name, _)| own.iter().all(|(changed, _)| changed != name));
    all.extend(own.iter().filter_map(|(name, value)| Some((*name, (*value)?.to_owned()))));
    let output = run_lines(program, TEXT, all, line).await;
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!((output.status.code(), receiver.arrivals().len()), (Some(1), 0), "{program}: {error}");
    assert!(output.stdout.is_empty() && error.lines().count() == 1 && !error.contains(HUSH), "{program}: {error}");
    error.trim_end().to_owned()
}

#[tokio::test]
async fn an_original_body_that_cannot_be_parsed_ends_the_program() {
    for provider in ["kommo", "kommunicate"] {
        for (member, value, expected) in
            [("encoding", "of-tomorrow", "the encoding of its original body is unknown"), ("body", HUSH, "its original body is not JSON")]
        {
            let mut event = answerable(provider).await;
            event["data"]["original"][member] = json!(value);
            for program in PROGRAMS {
                let error = error_of(program, event.to_string(), &[]).await;
                assert!(error.ends_with(expected), "{provider} {program}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_provider_named_like_a_builtin_member_is_skipped() {
    let mut event = answerable("kommo").await;
    for name in ["constructor", "__proto__", "toString"] {
        event["data"]["provider"] = json!(name);
        for program in PROGRAMS {
            let receiver = double().await;
            let output = run(program, TEXT, settings(&receiver, ""), std::slice::from_ref(&event)).await;
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success() && told.ends_with("skipped: its provider is not supported\n"), "{program} {name}: {told}");
        }
    }
}

/// As with `| head`: the process that reads the output is gone.
#[tokio::test]
async fn a_closed_stdout_ends_the_program() {
    let mut event = answerable("kommunicate").await;
    event["data"]["kind"] = json!("status");
    for program in PROGRAMS {
        let line = format!("{event}\n");
        let work = move || {
            let mut command = script(program);
            let piped = command.arg(TEXT).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = piped.spawn().expect("the example starts");
            drop(child.stdout.take());
            // Fails if the program ended before it read everything.
            let _ = child.stdin.take().expect("a pipe").write_all(line.as_bytes());
            child.wait_with_output().expect("the example ends")
        };
        let output = tokio::task::spawn_blocking(work).await.expect("an output");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), error.as_str()), (Some(1), "stdout is closed\n"), "{program}");
    }
}

/// JSON can contain these characters unescaped, and they do not end a line.
#[tokio::test]
async fn unicode_separators_do_not_end_a_line() {
    let mut event = answerable("qikchat").await;
    event["data"]["message"]["text"] = json!("one\u{2028}two\u{2029}three\u{85}four\rfive");
    for program in PROGRAMS {
        let receiver = double().await;
        let output = run(program, TEXT, settings(&receiver, ""), std::slice::from_ref(&event)).await;
        assert_eq!(answered(&output).len(), 1, "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The older shape has the integration's own IDs and no `client_id`; Kommo's own IDs are UUIDs.
#[tokio::test]
async fn only_kommos_ids_are_passed_as_references() {
    let of = |id: &str, events: &[Value]| {
        let found = events.iter().find(|event| event["data"]["conversation"] == id).unwrap_or_else(|| panic!("no event in {id}"));
        found.clone()
    };
    let events: Vec<Value> = events("kommo", 60).await.into_iter().filter(is_answerable).collect();
    let old = of("repair-chat-3365", &events);
    let mut started_by_an_agent = old.clone();
    let (chat, person) = ("a54d7b24-f18b-499a-9fe5-a9bee745efdd", "68b45a39-f820-4b54-b60c-f46351095f25");
    started_by_an_agent["data"]["conversation"] = json!(chat);
    started_by_an_agent["data"]["recipient"]["id"] = json!(person);
    for program in PROGRAMS {
        for (event, references) in [(&old, [Value::Null, Value::Null]), (&started_by_an_agent, [json!(chat), json!(person)])] {
            let receiver = double().await;
            let output = run(program, TEXT, settings(&receiver, ""), std::slice::from_ref(event)).await;
            assert_eq!(answered(&output).len(), 1, "{program}: {}", String::from_utf8_lossy(&output.stderr));
            let payload = &lasting(&receiver.arrivals()[0].request)[1]["payload"];
            assert_eq!([&payload["conversation_ref_id"], &payload["sender"]["ref_id"]], references.each_ref(), "{program}");
        }
    }
}

#[test]
fn the_typescript_compiles() {
    let packages = crate::program::file("express/node_modules");
    let tsc = packages.join("typescript/bin/tsc");
    let mut command = crate::program::node();
    command.arg(tsc).arg("--project").arg(crate::program::file("answering/typescript"));
    let output = command.arg("--typeRoots").arg(packages.join("@types")).output().expect("tsc starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
