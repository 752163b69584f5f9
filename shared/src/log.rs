//! Logs: one JSON line per delivery, with the keys of AWS Lambda Powertools.
//!
//! A line never contains a secret, a token, a header value, a body or a part of one, a name, a phone number, an e-mail
//! address, or the path of a request without a valid proof.

use std::borrow::Cow;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::ingest::Delivery;
use crate::metrics::{Attempt, Counts, Metrics};
use crate::received::Received;
use crate::secrets::RefreshFailure;
use crate::settings::{AWS_LAMBDA_FUNCTION_NAME, POWERTOOLS_SERVICE_NAME, SettingError, Settings};
use crate::timestamp::Timestamp;
use crate::tls::SystemTrusted;
use crate::trace::Trace;

/// The log of one function.
pub struct Log {
    service: String,
    function_name: Option<String>,
    metrics: Metrics,
    cold_start: AtomicBool,
}

/// The severity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Normal operation.
    Info,
    /// A problem caused by a sender or the receiver.
    Warn,
    /// A problem that an operator should look at.
    Error,
}

/// The invocation to which a line belongs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Invocation<'l> {
    /// The Lambda request id.
    pub request_id: &'l str,
    /// The X-Ray trace header.
    pub trace: Option<&'l str>,
}

#[derive(Serialize)]
struct Line<'l, F> {
    level: Level,
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
    #[serde(flatten)]
    fields: F,
}

/// The fields of the line for a delivery.
#[derive(Serialize)]
struct DeliveryFields<'l> {
    status: u16,
    bytes: usize,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'l [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_fields: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'static str>,
    #[serde(flatten)]
    metrics: Option<Counts>,
}

/// The fields of the line for a secret that could not be refreshed.
#[derive(Serialize)]
struct RefreshFields<'l> {
    setting: &'l str,
    reason: &'l str,
    #[serde(flatten)]
    metrics: Option<Counts>,
}

#[derive(Serialize)]
struct Counted<F> {
    #[serde(flatten)]
    fields: F,
    #[serde(flatten)]
    metrics: Option<Counts>,
}

#[derive(Serialize)]
struct StartFields<'l> {
    setting: &'l str,
}

/// The fields of the line for the system certificates.
#[derive(Serialize)]
struct TrustFields {
    reason: &'static str,
    certificates: usize,
}

#[derive(Serialize)]
struct PanicFields {
    location: Option<String>,
}

impl Log {
    /// Returns a log for the function with this name.
    #[must_use]
    pub fn new(name: &str, settings: &Settings<'_>) -> Self {
        Self {
            service: settings.optional(POWERTOOLS_SERVICE_NAME).unwrap_or_else(|| name.to_owned()),
            function_name: settings.optional(AWS_LAMBDA_FUNCTION_NAME),
            metrics: Metrics::new(settings),
            cold_start: AtomicBool::new(true),
        }
    }

    /// Writes the line for a delivery, and one for each secret that could not be refreshed during it.
    pub fn delivery(&self, request: &Received, delivery: &Delivery, duration: Duration) {
        let details = &delivery.details;
        let status = delivery.answer.status;
        let (level, message) = match status {
            200 if details.receipt.is_none() => (Level::Info, "handshake"),
            200 => (Level::Info, "queued"),
            400 => (Level::Warn, "quarantined"),
            401 => (Level::Warn, "refused"),
            500.. => (Level::Error, "not queued"),
            _ => (Level::Warn, "rejected"),
        };
        let fields = DeliveryFields {
            status,
            bytes: request.body.len(),
            duration_ms: millis(duration),
            provider: details.provider,
            reason: delivery.rejection.as_ref().map(|rejection| rejection.reason()),
            channel: details.channel.as_deref().map(visible),
            kind: details.kind.map(|kind| kind.as_str()),
            fields: details.shape.as_ref().map(|shape| shape.names.as_slice()),
            other_fields: details.shape.as_ref().map(|shape| shape.others).filter(|others| *others > 0),
            event_id: details.event_ids.first().map(String::as_str),
            events: (!details.event_ids.is_empty()).then_some(details.event_ids.len()),
            key_position: details.key_position,
            queue: details.receipt.map(|receipt| receipt.queue.as_str()),
            metrics: self.metrics.of(delivery, millis(duration), self.cold_start.load(Ordering::Relaxed)),
        };
        let invocation = Invocation { request_id: &request.request_id, trace: request.trace.as_deref() };
        self.line(level, message, invocation, fields);
        self.refresh_failures(&details.refresh_failures, invocation);
    }

    /// Writes a line for each secret that could not be refreshed.
    pub fn refresh_failures(&self, failures: &[RefreshFailure], invocation: Invocation<'_>) {
        for RefreshFailure { setting, code } in failures {
            let fields = RefreshFields { setting, reason: code, metrics: self.metrics.of_refresh_failure() };
            self.line(Level::Warn, "the secret could not be refreshed; the previous value stays in use", invocation, fields);
        }
    }

    /// Writes the line for an attempt by the worker, with its fields and metrics.
    pub fn attempt(&self, level: Level, message: &str, invocation: Invocation<'_>, fields: impl Serialize, attempt: Attempt) {
        self.line(level, message, invocation, Counted { fields, metrics: self.metrics.of_attempt(attempt) });
    }

    /// Writes a line for an invocation, with these fields.
    pub fn line(&self, level: Level, message: &str, invocation: Invocation<'_>, fields: impl Serialize) {
        self.write(level, message, Some(invocation), fields);
    }

    /// Writes the line for a failed startup.
    pub fn failed_start(&self, error: &SettingError) {
        self.write(Level::Error, &format!("startup failed: {error}"), None, StartFields { setting: &error.setting });
    }

    /// Writes the line that reports that the system certificates are now trusted too.
    pub fn system_trusted(&self, SystemTrusted(certificates): SystemTrusted) {
        let message = "the issuer of a server certificate is not compiled in; the system certificates are now trusted too";
        self.write(Level::Warn, message, None, TrustFields { reason: "unknown_issuer", certificates });
    }

    /// Writes the line for a panic. It has the location but not the message, which may contain a part of a request.
    pub fn panic(&self, panic: &PanicHookInfo<'_>) {
        self.write(Level::Error, "panic", None, PanicFields { location: panic.location().map(ToString::to_string) });
    }

    fn write(&self, level: Level, message: &str, invocation: Option<Invocation<'_>>, fields: impl Serialize) {
        let line = Line {
            level,
            message,
            timestamp: Timestamp::now().to_string(),
            service: &self.service,
            function_name: self.function_name.as_deref(),
            cold_start: invocation.map(|_| self.cold_start.swap(false, Ordering::Relaxed)),
            function_request_id: invocation.map(|invocation| invocation.request_id),
            xray_trace_id: invocation.and_then(|invocation| Trace::parse(invocation.trace?)).map(Trace::id),
            fields,
        };
        let Ok(mut json) = serde_json::to_vec(&line) else { return };
        json.push(b'\n');
        // A log that cannot be written must not fail a delivery.
        let _ = std::io::stdout().lock().write_all(&json);
    }
}

/// Escapes the characters in a text that a terminal or a browser would hide or interpret: control characters, invisible
/// characters and those that change the direction of text.
fn visible(text: &str) -> Cow<'_, str> {
    let is_hidden = |character: char| {
        character.is_control()
            || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) { visible.extend(character.escape_unicode()) } else { visible.push(character) }
    }
    Cow::Owned(visible)
}

/// Returns a duration as a log field: milliseconds, rounded to the microsecond.
#[must_use]
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_as_escapes() {
        assert_eq!(visible("Zo\u{eb}'s shop"), "Zo\u{eb}'s shop");
        assert_eq!(visible("a\nb\u{202e}c\u{7f}d\u{2066}"), "a\\u{a}b\\u{202e}c\\u{7f}d\\u{2066}");
    }
}
