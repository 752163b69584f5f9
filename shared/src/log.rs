//! Logs: one JSON line a delivery, with the key names of AWS Lambda Powertools.
//!
//! Never in a line: a secret, a token, a header's value, a body or a part of one, a name, a phone
//! number, an e-mail address, or the path of a request that did not prove itself.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::ingest::Delivery;
use crate::received::Received;
use crate::settings::{POWERTOOLS_SERVICE_NAME, SettingError, Settings};
use crate::timestamp::Timestamp;

/// Writes the lines of one function.
pub struct Log {
    service: String,
    function_name: Option<String>,
    cold_start: AtomicBool,
}

#[derive(Default, Serialize)]
struct Line<'l> {
    level: &'static str,
    message: &'l str,
    timestamp: String,
    service: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cold_start: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_request_id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xray_trace_id: Option<&'l str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryFields<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

#[derive(Default, Serialize)]
struct DeliveryFields<'l> {
    status: u16,
    bytes: usize,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'static str>,
}

impl Log {
    /// A log for the function of that name.
    #[must_use]
    pub fn new(name: &str, settings: &Settings<'_>) -> Self {
        Self {
            service: settings.optional(POWERTOOLS_SERVICE_NAME).unwrap_or_else(|| name.to_owned()),
            function_name: settings.optional("AWS_LAMBDA_FUNCTION_NAME"),
            cold_start: AtomicBool::new(true),
        }
    }

    /// The line of a delivery.
    pub fn delivery(&self, request: &Received, delivery: &Delivery, duration: Duration) {
        let accepted = &delivery.accepted;
        let status = delivery.answer.status;
        let (level, message) = match status {
            200 => ("INFO", "queued"),
            400 => ("WARN", "quarantined"),
            500.. => ("ERROR", "not queued"),
            _ => ("WARN", "refused"),
        };
        self.write(Line {
            level,
            message,
            cold_start: Some(self.cold_start.swap(false, Ordering::Relaxed)),
            function_request_id: Some(&request.request_id),
            xray_trace_id: request.trace.as_deref().map(trace_id),
            delivery: Some(DeliveryFields {
                status,
                bytes: request.body.len(),
                duration_ms: (duration.as_secs_f64() * 1e6).round() / 1e3,
                provider: accepted.provider,
                reason: delivery.rejection.as_ref().map(|rejection| rejection.reason()),
                channel: accepted.channel.as_deref(),
                kind: accepted.kind.map(|kind| kind.as_str()),
                event_id: accepted.event_ids.first().map(String::as_str),
                events: (!accepted.event_ids.is_empty()).then_some(accepted.event_ids.len()),
                key_position: accepted.key_position,
                queue: accepted.receipt.map(|receipt| receipt.queue),
            }),
            ..Line::default()
        });
    }

    /// The line of a start that failed.
    pub fn failed_start(&self, error: &SettingError) {
        self.write(Line { level: "ERROR", message: &format!("start failed: {error}"), setting: Some(&error.setting), ..Line::default() });
    }

    /// The line of a panic: where, and never what, for its text may hold a part of a request.
    pub fn panic(&self, panic: &PanicHookInfo<'_>) {
        let location = panic.location().map(ToString::to_string);
        self.write(Line { level: "ERROR", message: "panic", location, ..Line::default() });
    }

    fn write(&self, line: Line<'_>) {
        let line =
            Line { timestamp: Timestamp::now().to_string(), service: &self.service, function_name: self.function_name.as_deref(), ..line };
        let Ok(mut json) = serde_json::to_vec(&line) else { return };
        json.push(b'\n');
        // A log that cannot be written must not fail a delivery.
        let _ = std::io::stdout().lock().write_all(&json);
    }
}

/// The trace's id within an X-Ray header: `Root=1-…`.
fn trace_id(header: &str) -> &str {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_id_is_the_root() {
        assert_eq!(
            trace_id("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"),
            "1-5759e988-bd862e3fe1be46a994272793"
        );
        assert_eq!(trace_id("1-x"), "1-x");
    }
}
