//! The faults that [`FaultySqs`](crate::FaultySqs) can inject, and the responses that SQS sends for them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::Response;

/// How one SQS request is handled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fault {
    /// Forwarded and answered.
    #[default]
    Pass,
    /// Not forwarded, never answered; the connection stays open.
    Hang,
    /// Not forwarded; the connection is reset (RST).
    Reset,
    /// Not forwarded; the connection is closed without a response.
    Close,
    /// Forwarded, so the message is stored; then the connection is closed without a response.
    LoseAnswer,
    /// Not forwarded; 500.
    InternalError,
    /// Not forwarded; 503.
    Unavailable,
    /// Not forwarded; `RequestThrottled`.
    Throttle,
    /// Not forwarded; 403 `AccessDenied`.
    Deny,
    /// Not forwarded; `QueueDoesNotExist`.
    MissingQueue,
    /// Forwarded immediately, answered after this time. The message is stored even if the client has disconnected by then.
    Delay(Duration),
    /// In a batch, the entries at these indexes (from 0) are reported as failed and the others
    /// forwarded. Any other action passes.
    RejectEntries {
        /// Indexes into the request's `Entries`.
        positions: Vec<usize>,
        /// Whether the failure is the caller's fault, so a retry cannot help, rather than the fault of SQS.
        sender_fault: bool,
    },
    /// Not forwarded; 200 with `{}`.
    EmptyJson,
    /// Not forwarded; 200 with a body that is not JSON.
    Garbage,
    /// Forwarded; every `MD5OfMessageBody` in the response is replaced with a different digest.
    WrongMd5,
    /// Forwarded and answered with `keep-alive`; then the connection is closed anyway.
    CloseAfterAnswer,
}

impl Fault {
    /// Returns the response of a fault that needs no upstream.
    ///
    /// `RequestThrottled`, `AccessDenied` and the statuses follow the error lists of the API reference. The
    /// `__type` of `AccessDenied` is a guess: the reference names only the query protocol's code.
    pub(crate) fn response(&self) -> Option<Response> {
        let response = match self {
            Self::InternalError => error(500, "com.amazonaws.sqs#InternalFailure", "InternalFailure"),
            Self::Unavailable => error(503, "com.amazonaws.sqs#ServiceUnavailable", "ServiceUnavailable"),
            Self::Throttle => error(400, "com.amazonaws.sqs#RequestThrottled", "RequestThrottled"),
            Self::Deny => error(403, "com.amazon.coral.service#AccessDeniedException", "AccessDenied"),
            Self::MissingQueue => error(400, "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            Self::EmptyJson => Response::new(200, JSON, "{}"),
            Self::Garbage => Response::new(200, JSON, "<html>not what you asked for"),
            _ => return None,
        };
        Some(response)
    }
}

/// Removes the rejected entries from a batch and returns their `Failed` entries for the response.
pub(crate) fn reject(batch: &mut Value, positions: &[usize], sender_fault: bool) -> Vec<Value> {
    let (code, message) = if sender_fault {
        ("InvalidMessageContents", "the kit refused this entry")
    } else {
        ("InternalError", "the kit failed this entry")
    };
    let Some(entries) = batch["Entries"].as_array_mut() else {
        return Vec::new();
    };
    let mut rejected = Vec::new();
    let mut position = 0;
    entries.retain(|entry| {
        let keep = !positions.contains(&position);
        position += 1;
        if !keep {
            rejected.push(json!({
                "Id": entry["Id"], "SenderFault": sender_fault, "Code": code, "Message": message,
            }));
        }
        keep
    });
    rejected
}

/// Replaces every `MD5OfMessageBody` with a different digest.
pub(crate) fn corrupt_md5(answer: &mut Value) {
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "MD5OfMessageBody" {
                    *value = "0".repeat(32).into();
                } else {
                    corrupt_md5(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(corrupt_md5),
        _ => {}
    }
}

/// The media type of the AWS JSON 1.0 protocol.
pub(crate) const JSON: &str = "application/x-amz-json-1.0";

/// Returns an error of the AWS JSON 1.0 protocol. `code` is the query protocol's code, which SQS also sends.
fn error(status: u16, kind: &str, code: &str) -> Response {
    let party = if status < 500 { "Sender" } else { "Receiver" };
    let body = json!({"__type": kind, "message": "the kit was told to fail"});
    Response::new(status, JSON, body.to_string())
        .with("x-amzn-query-error", format!("{code};{party}"))
        .with("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
}
