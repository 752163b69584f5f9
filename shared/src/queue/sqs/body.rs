//! The JSON bodies of `SendMessage` and `SendMessageBatch`, written directly from the messages.
//!
//! The SDK's serializer copies each body into its input, and then copies escaped characters into the request one by one. For
//! 8 MiB of such characters, that is half of the CPU time of all calls.

use super::SqsQueue;
use crate::queue::Message;

/// The space reserved for each message in addition to its body.
const MESSAGE_BYTES: usize = 1024;

/// Returns the request body of `SendMessage`.
pub(super) fn of_one(queue: &SqsQueue, message: &Message) -> Vec<u8> {
    let mut json = start(queue, &[message]);
    json.push(b',');
    push_message(&mut json, queue, message);
    json.push(b'}');
    json
}

/// Returns the request body of `SendMessageBatch`. The id of an entry is its index, because two messages may have the same
/// event id.
pub(super) fn of_batch(queue: &SqsQueue, messages: &[&Message]) -> Vec<u8> {
    let mut json = start(queue, messages);
    json.extend_from_slice(b",\"Entries\":[");
    for (index, message) in messages.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(b"{\"Id\":");
        push_string(&mut json, &index.to_string());
        json.push(b',');
        push_message(&mut json, queue, message);
        json.push(b'}');
    }
    json.extend_from_slice(b"]}");
    json
}

/// Returns the start of a request body, with space for the messages.
fn start(queue: &SqsQueue, messages: &[&Message]) -> Vec<u8> {
    let bytes = messages.iter().map(|message| message.body.len() * 5 / 4 + MESSAGE_BYTES).sum();
    let mut json = Vec::with_capacity(bytes);
    json.extend_from_slice(b"{\"QueueUrl\":");
    push_string(&mut json, &queue.url);
    json
}

/// Appends the members that a message has in both operations.
fn push_message(json: &mut Vec<u8>, queue: &SqsQueue, message: &Message) {
    json.extend_from_slice(b"\"MessageBody\":");
    push_string(json, &message.body);
    json.extend_from_slice(b",\"MessageGroupId\":");
    push_string(json, queue.group_of(message));
    if queue.is_fifo {
        json.extend_from_slice(b",\"MessageDeduplicationId\":");
        push_string(json, &message.id);
    }
    json.extend_from_slice(b",\"MessageAttributes\":");
    push_attributes(json, message.attributes());
    if let Some(trace) = &message.trace {
        json.extend_from_slice(b",\"MessageSystemAttributes\":");
        push_attributes(json, [("AWSTraceHeader", trace.as_str())]);
    }
}

/// Appends attributes of type String.
fn push_attributes<'m>(json: &mut Vec<u8>, attributes: impl IntoIterator<Item = (&'static str, &'m str)>) {
    for (number, (name, value)) in attributes.into_iter().enumerate() {
        json.push(if number == 0 { b'{' } else { b',' });
        push_string(json, name);
        json.extend_from_slice(b":{\"DataType\":\"String\",\"StringValue\":");
        push_string(json, value);
        json.push(b'}');
    }
    json.push(b'}');
}

/// Appends a JSON string. The only branch in the loop that depends on the text is for control characters. They are rare,
/// because a message body is JSON, in which they are escaped.
fn push_string(json: &mut Vec<u8>, text: &str) {
    const CHUNK: usize = 256;
    /// The longest escape: `\u001f`.
    const LONGEST: usize = 6;
    let mut escaped = [0; CHUNK * LONGEST];
    json.push(b'"');
    for chunk in text.as_bytes().chunks(CHUNK) {
        let mut length = 0;
        for &byte in chunk {
            if byte < 0x20 {
                let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
                escaped[length..length + LONGEST].copy_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
                length += LONGEST;
                continue;
            }
            escaped[length] = b'\\';
            length += usize::from(matches!(byte, b'"' | b'\\'));
            escaped[length] = byte;
            length += 1;
        }
        json.extend_from_slice(&escaped[..length]);
    }
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_survives_a_round_trip(text in r#"(\PC|["\\/\x00-\x1f\x7f]){0,700}"#) {
            let mut json = Vec::new();
            push_string(&mut json, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&json).expect("JSON"), text);
        }
    }
}
