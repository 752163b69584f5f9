//! Lines that are not events of version 1: both programs end with the same line on stderr, and send nothing.

use serde_json::{Value, json};

use super::stops::{HUSH, answerable};
use super::{PROGRAMS, TEXT, double, run_lines, settings};

/// Checks that both programs end at a line with this error.
async fn both_end(line: Vec<u8>, expected: &str) {
    for program in PROGRAMS {
        let receiver = double().await;
        let output = run_lines(program, TEXT, settings(&receiver, "hooks"), line.clone()).await;
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
        let name = String::from_utf8_lossy(&line[..line.len().min(300)]).into_owned();
        assert_eq!((output.status.code(), receiver.arrivals().len()), (Some(1), 0), "{program}: {name}: {told:?}");
        assert_eq!(told, [String::new(), format!("{expected}\n")], "{program}: {name}");
    }
}

#[tokio::test]
async fn a_line_that_is_not_json_ends_the_program() {
    let event = answerable("kommo").await.to_string();
    for line in [
        format!("{HUSH} is no JSON").into_bytes(),
        format!("{{\"text\": \"{HUSH}").into_bytes(),
        Vec::new(),
        format!("\u{feff}{event}").into_bytes(),
        event.replace(HUSH, "\u{1}").into_bytes(),
        [event.as_bytes(), b"\xff"].concat(),
        event.replace(HUSH, "hush\0").replace('\0', "\u{80}").bytes().filter(|byte| *byte != 0xc2).collect(),
        event.replacen('{', r#"{"hush":NaN,"#, 1).into_bytes(),
        event.replacen('{', r#"{"hush":-Infinity,"#, 1).into_bytes(),
        vec![b'['; 100_000],
    ] {
        both_end(line, "line 1: it is not JSON").await;
    }
}

#[tokio::test]
async fn a_line_that_is_not_an_event_ends_the_program() {
    let event = answerable("kommo").await;
    let lines = [json!(HUSH), json!([HUSH]), json!([event]), Value::Null].map(|line| line.to_string());
    let ids = [json!(7), json!(""), json!("hush\nhush"), json!("hush\u{2028}"), json!("hush hush"), json!("h".repeat(257)), Value::Null];
    let ids = ids.iter().map(|id| changed(&event, "/id", Some(id)));
    let surrogate = changed(&event, "/id", Some(&json!("hush"))).replace("\"hush\"", r#""\ud800""#);
    let data = [json!(HUSH), json!([HUSH]), Value::Null].map(|data| changed(&event, "/data", Some(&data)));
    let missing = ["/id", "/data"].map(|pointer| changed(&event, pointer, None));
    for line in lines.into_iter().chain(ids).chain([surrogate]).chain(data).chain(missing) {
        both_end(line.into_bytes(), "line 1: it is not an event").await;
    }
    for (pointer, value) in [
        ("/specversion", Some(json!("2.0"))),
        ("/dataschema", Some(json!("urn:chathooks:data:2"))),
        ("/dataschema", Some(Value::Null)),
        ("/dataschema", None),
    ] {
        let line = changed(&event, pointer, value.as_ref());
        both_end(line.into_bytes(), "line 1: the event is not of version 1").await;
    }
    for time in [json!(HUSH), json!(""), Value::Null, json!(7), json!("2026-11-27"), json!("2026-02-30T08:00:00Z"), json!("Nov 27 2026")] {
        let line = changed(&event, "/time", Some(&time));
        both_end(line.into_bytes(), "line 1: its time is invalid").await;
    }
}

#[tokio::test]
async fn a_member_that_violates_the_schema_ends_the_program() {
    let mut event = answerable("kommo").await;
    event["data"]["sender"] = json!({"id": "hush", "role": "agent", "name": null, "phone": null, "email": null});
    let (number, empty, list, null, missing) = (Some(json!(5)), Some(json!("")), Some(json!([HUSH])), Some(Value::Null), None);
    for (pointer, values) in [
        ("/data/provider", [&number, &empty, &list, &null, &missing].as_slice()),
        ("/data/kind", &[&number, &empty, &null, &missing]),
        ("/data/channel", &[&number, &empty, &list, &missing]),
        ("/data/conversation", &[&number, &empty, &missing]),
        ("/data/sender", &[&empty, &list, &missing]),
        ("/data/sender/role", &[&number, &null, &missing]),
        ("/data/recipient", &[&number, &list]),
        ("/data/recipient/id", &[&number, &empty, &missing]),
        ("/data/recipient/name", &[&number, &empty]),
        ("/data/recipient/phone", &[&number, &missing]),
        ("/data/recipient/email", &[&empty, &list]),
        ("/data/message", &[&empty, &list, &missing]),
        ("/data/message/id", &[&number, &missing]),
        ("/data/warnings", &[&null, &empty, &Some(json!([5])), &Some(json!({})), &missing]),
        ("/data/original", &[&null, &list, &empty, &missing]),
        ("/data/original/body", &[&null, &number, &missing]),
        ("/data/original/encoding", &[&null, &empty, &number]),
    ] {
        let member = pointer.split('/').nth(2).expect("a member");
        for value in values {
            let line = changed(&event, pointer, value.as_ref());
            both_end(line.into_bytes(), &format!("line 1: its data.{member} does not match version 1")).await;
        }
    }
    let half = changed(&event, "/data/conversation", Some(&json!(HUSH)))
        .replace(&format!("\"conversation\":\"{HUSH}\""), r#""conversation":"\udc00""#);
    both_end(half.into_bytes(), "line 1: its data.conversation does not match version 1").await;
}

/// Returns an event with another value at a JSON pointer, or without that member if there is no value.
fn changed(event: &Value, pointer: &str, value: Option<&Value>) -> String {
    let mut event = event.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a member");
    let members = event.pointer_mut(parent).and_then(Value::as_object_mut).expect(pointer);
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value.clone())),
        None => drop(members.remove(name)),
    }
    event.to_string()
}
