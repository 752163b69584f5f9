//! The queue message around an event: attributes, groups, size.

use serde_json::Value;

use super::traceparent;
use crate::StoredMessage;
use crate::proof::sha256;

/// The largest size that fits: SQS accepts 1 MiB, of which an event leaves 1 KiB free.
const FITTING: usize = (1 << 20) - 1024;

/// Checks the queue message of an event that arrived in this X-Ray trace.
///
/// # Panics
/// If the message violates the contract.
pub fn check(event: &Value, message: &StoredMessage, trace: &str, is_fifo: bool) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut expected = vec![
        ("content-type".to_owned(), "application/cloudevents+json".to_owned()),
        ("provider".to_owned(), text(&event["data"]["provider"])),
        ("type".to_owned(), text(&event["type"])),
        ("traceparent".to_owned(), traceparent(trace)),
    ];
    let reasons = ["not_json", "scalar", "missing_field"];
    let reason = event["data"]["warnings"].as_array().into_iter().flatten().find(|warning| reasons.iter().any(|reason| *warning == reason));
    expected.extend(reason.map(|reason| ("reason".to_owned(), text(reason))));
    expected.sort();
    assert_eq!(message.attributes.clone().into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(event["traceparent"], traceparent(trace));
    // moto drops the system attributes of batch entries.
    let is_part = !event["data"]["original"]["part"].is_null();
    assert!(is_part || message.system.get("AWSTraceHeader").is_some_and(|stored| stored == trace), "{:?}", message.system);

    let (id, deduplication) = (text(&event["id"]), message.system.get("MessageDeduplicationId"));
    let group = match is_fifo {
        true => event["subject"].as_str().map_or(id.clone(), str::to_owned),
        false => sha256(text(&event["source"]).as_bytes())[..32].to_owned(),
    };
    assert_eq!((&message.system["MessageGroupId"], deduplication), (&group, is_fifo.then_some(&id)));

    // SQS rejects these characters; moto does not.
    let refused = |character: char| matches!(character, '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}');
    assert!(!message.body.contains(refused), "{}", message.body);
    let attributes = message.attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len());
    let size = message.body.len() + attributes.sum::<usize>();
    assert!(size <= FITTING, "{size} bytes");
}
