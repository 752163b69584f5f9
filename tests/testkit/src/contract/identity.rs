//! An event's id: a digest of its source and an identity, or a UUIDv7.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::digest;
use crate::proof::sha256;

/// The members that hold a time in milliseconds.
const MILLISECONDS: [&str; 2] = ["msec_timestamp", "timeStamp"];

/// Checks the id of the event at this index of a request with this body.
///
/// # Panics
/// If the id is not the one that the contract derives from the event.
pub(super) fn check(event: &Value, body: &[u8], index: usize, received: &RangeInclusive<u64>) {
    let (id, source) = (event["id"].as_str().expect("an id"), event["source"].as_str().expect("a source"));
    let data = &event["data"];
    let digits = id.strip_prefix(&format!("{}-", data["provider"].as_str().unwrap_or_default())).expect("the provider's name first");
    assert!(digits.len() == 32 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{id}");

    let own = lenient(data["original"]["body"].as_str().unwrap_or_default());
    let mut leaves = Vec::new();
    collect(&own, &mut leaves);
    let has_milliseconds = has_milliseconds(&own);
    let has_warning =
        |names: &[&str]| data["warnings"].as_array().into_iter().flatten().any(|warning| names.iter().any(|name| warning == name));
    let by_body = || {
        let body = sha256(String::from_utf8_lossy(body).trim_end_matches(['\r', '\n']).as_bytes());
        digest(source, &format!("body:{index}:{body}"))
    };
    if has_warning(&["too_many_events", "too_large"]) {
        assert_eq!(digits, by_body(), "the identity is the body");
    } else if has_warning(&["not_json", "scalar", "missing_field"]) {
        assert!(is_fresh(id, received), "{id} is not a UUIDv7 from this delivery");
    } else if is_given(digits, source, &candidates(data, &leaves), index) {
        // The id is a digest of the event's own content.
    } else {
        assert!(data["message"]["id"].is_null(), "the id ignores the message's own id: {event}");
        let is_expected = if has_milliseconds { digits == by_body() } else { is_fresh(id, received) };
        assert!(is_expected, "unexpected id; the body has a time in milliseconds: {has_milliseconds}; {event}");
    }
}

/// Returns every possible identity of an event: its message's id, and any other value in the body. The snapshots of the
/// samples pin which of them the provider uses.
fn candidates(data: &Value, leaves: &[String]) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = text(&data["message"]["id"]).into_iter().flat_map(|id| [format!("callback:{id}"), format!("hooks:{id}"), id]);
    let status = text(&data["status"]["message_id"]).zip(text(&data["status"]["state"])).map(|(id, state)| format!("{id}:{state}"));
    let of_participant = status.iter().flat_map(|status| leaves.iter().map(move |leaf| format!("{status}:{leaf}")));
    let own = leaves.iter().flat_map(|leaf| [leaf.clone(), format!("hooks:{leaf}")]);
    message.chain(status.iter().cloned()).chain(of_participant).chain(own).collect()
}

/// Returns whether the digits are the digest of a candidate, with or without the `#n` suffix that marks a duplicate
/// of an earlier event.
fn is_given(digits: &str, source: &str, candidates: &[String], index: usize) -> bool {
    let is = |identity: &str| digits == digest(source, identity);
    candidates.iter().any(|candidate| is(candidate) || (1..=index).any(|number| is(&format!("{candidate}#{number}"))))
}

/// Collects all strings and numbers in a value.
fn collect(value: &Value, leaves: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| collect(value, leaves)),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, leaves)),
        Value::String(text) => leaves.push(text.clone()),
        Value::Number(number) => leaves.push(number.to_string()),
        _ => {}
    }
}

/// Returns whether a value contains a time in milliseconds.
fn has_milliseconds(value: &Value) -> bool {
    let is_time =
        |(name, value): (&String, &Value)| MILLISECONDS.contains(&name.as_str()) && value.as_u64().is_some_and(|millis| millis > 0);
    match value {
        Value::Object(members) => members.iter().any(is_time) || members.values().any(has_milliseconds),
        Value::Array(elements) => elements.iter().any(has_milliseconds),
        _ => false,
    }
}

/// Parses JSON. If that fails, for example because of lone surrogates, parses it with its `\u` escapes left as text.
fn lenient(text: &str) -> Value {
    let undone = || serde_json::from_str(&text.replace("\\u", "\\\\u"));
    serde_json::from_str(text).or_else(|_| undone()).unwrap_or_default()
}

/// Returns whether an id is a UUIDv7 generated within this time range.
pub(super) fn is_fresh(id: &str, received: &RangeInclusive<u64>) -> bool {
    let digits = id.rsplit('-').next().unwrap_or_default();
    let millis = digits.get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    millis.is_some_and(|millis| received.contains(&millis))
        && digits.get(12..13) == Some("7")
        && digits.get(16..17).is_some_and(|variant| "89ab".contains(variant))
}
