//! SQS's responses to calls.

use md5::{Digest, Md5};
use serde_json::{Value, json};
use testkit::wire::{Request, Response};

/// The call that hides messages.
pub(super) const HIDE: &str = "AmazonSQS.ChangeMessageVisibilityBatch";

/// Returns the response to a request, and how many messages it accepted or hid.
pub(super) fn answer(request: &Request) -> (Response, usize) {
    let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match request.header("x-amz-target") {
        "AmazonSQS.SendMessage" => match receipt(&input) {
            Some(receipt) => (response(200, &receipt), 1),
            None => (refusal("MissingParameter", "The request must contain the parameter MessageBody."), 0),
        },
        "AmazonSQS.SendMessageBatch" => batch(&input, receipt),
        HIDE => batch(&input, |entry| (entry["ReceiptHandle"].is_string() && entry["VisibilityTimeout"].is_u64()).then(|| json!({}))),
        // A GET that only opens a connection ends here as well.
        _ => (refusal("InvalidAction", "The action is not valid for this endpoint."), 0),
    }
}

/// Returns the response to a batch, given the result for one entry. An invalid entry fails the whole batch.
fn batch(input: &Value, of_one: impl Fn(&Value) -> Option<Value>) -> (Response, usize) {
    let entries = input["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let with_id = |entry: &Value| {
        let mut done = of_one(entry)?;
        done["Id"] = entry.get("Id")?.clone();
        Some(done)
    };
    match entries.iter().map(with_id).collect::<Option<Vec<_>>>() {
        Some(done) if !done.is_empty() => (response(200, &json!({"Successful": done, "Failed": []})), done.len()),
        _ => (refusal("EmptyBatchRequest", "There should be at least one entry in the request."), 0),
    }
}

/// Returns the result for one message; `None` if it has no body.
fn receipt(message: &Value) -> Option<Value> {
    let digest = Md5::digest(message["MessageBody"].as_str()?);
    let md5: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(json!({"MessageId": "d1b5cf4c-93a1-4b7d-8f6f-6f6f3c1f2a10", "MD5OfMessageBody": md5}))
}

fn refusal(code: &str, message: &str) -> Response {
    response(400, &json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": message}))
}

fn response(status: u16, body: &Value) -> Response {
    Response::new(status, "application/x-amz-json-1.0", body.to_string()).with("x-amzn-requestid", "5b0a1f5c-0000-4000-8000-000000000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: &str, input: &Value) -> (u16, Value, usize) {
        let request = Request {
            headers: [("x-amz-target".to_owned(), format!("AmazonSQS.{action}"))].into(),
            body: input.to_string().into_bytes(),
            ..Request::default()
        };
        let (response, taken) = answer(&request);
        (response.status, serde_json::from_slice(&response.body).unwrap(), taken)
    }

    #[test]
    fn a_message_gets_its_digest() {
        let (status, answer, taken) = call("SendMessage", &json!({"MessageBody": "hello"}));
        // RFC 1321's algorithm over "hello", as md5sum prints it.
        assert_eq!((status, &answer["MD5OfMessageBody"], taken), (200, &json!("5d41402abc4b2a76b9719d911017c592"), 1));
        assert!(answer["MessageId"].is_string());
    }

    #[test]
    fn each_message_of_a_batch_gets_its_own_digest() {
        let entries = json!([{"Id": "0", "MessageBody": "hello"}, {"Id": "1", "MessageBody": ""}]);
        let (status, answer, taken) = call("SendMessageBatch", &json!({"Entries": entries}));
        assert_eq!((status, taken, &answer["Failed"]), (200, 2, &json!([])));
        assert_eq!(answer["Successful"][0]["Id"], "0");
        assert_eq!(answer["Successful"][1]["MD5OfMessageBody"], "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn each_message_of_a_batch_is_hidden() {
        let entries = json!([{"Id": "7", "ReceiptHandle": "h", "VisibilityTimeout": 10}]);
        let (status, answer, hidden) = call("ChangeMessageVisibilityBatch", &json!({"Entries": entries}));
        assert_eq!((status, hidden, answer), (200, 1, json!({"Successful": [{"Id": "7"}], "Failed": []})));
    }

    #[test]
    fn invalid_calls_are_refused() {
        for (action, input) in [
            ("SendMessage", json!({})),
            ("SendMessageBatch", json!({"Entries": []})),
            ("SendMessageBatch", json!({"Entries": [{"Id": "0"}]})),
            ("ChangeMessageVisibilityBatch", json!({"Entries": [{"Id": "0", "ReceiptHandle": "h"}]})),
            ("ReceiveMessage", json!({})),
        ] {
            let (status, answer, taken) = call(action, &input);
            assert_eq!((status, taken), (400, 0), "{action} {input}");
            assert!(answer["__type"].as_str().unwrap().starts_with("com.amazonaws.sqs#"));
        }
    }
}
