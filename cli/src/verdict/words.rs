//! Formats a verdict for the terminal.

use std::fmt::Write;

use shared::verify::Scheme;

use super::outcome::{Outcome, Verdict};
use crate::terminal::output::{BAD, BOLD, GOOD, one_line};

/// The maximum number of characters shown of a value, because the sender chooses the channel and the header names.
const SHOWN: usize = 500;

/// Describes a scheme.
pub(crate) fn scheme(scheme: &Scheme) -> &'static str {
    match scheme {
        Scheme::HmacSha1(_) => "HMAC-SHA1 over the raw body",
        Scheme::Basic(_) => "Basic; the body is not signed",
        Scheme::Token(_) => "access token; the body is not signed",
        Scheme::Jwt(_) => "JWT, HS256; the body is not signed",
    }
}

/// Describes which part of a request its proof covers.
pub(super) fn checked(scheme: &Scheme, body: usize, covered: Option<usize>) -> String {
    match (scheme, covered) {
        (Scheme::HmacSha1(_), Some(bytes)) if bytes == body => format!("{bytes} bytes, the whole body"),
        (Scheme::HmacSha1(_), Some(bytes)) => format!("{bytes} bytes, the signed part of the body, which has {body} bytes"),
        (_, Some(bytes)) => format!("{bytes} bytes of the token, and none of the body's {body} bytes"),
        (_, None) => format!("none of the body's {body} bytes"),
    }
}

impl Verdict {
    /// Returns the verdict as text, with one line per item.
    pub(crate) fn text(&self) -> String {
        let (style, outcome) = match self.outcome {
            Outcome::Verified => (GOOD, "verified"),
            Outcome::AcceptedWithoutProof => (BAD, "accepted without a proof"),
            Outcome::Refused => (BAD, "refused"),
            Outcome::UnknownPath => (BAD, "unknown path"),
        };
        let mut text = format!("{style}{outcome}{style:#}: {}", self.detail);
        let mut row = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = write!(text, "\n  {BOLD}{name:<9}{BOLD:#} {}", one_line(&value, SHOWN));
            }
        };
        row("provider", self.provider.map(str::to_owned));
        row("channel", self.channel.clone());
        row("scheme", self.scheme.map(str::to_owned));
        row("header", self.header.as_ref().map(|header| format!("{header}{}", if self.received.is_none() { " (missing)" } else { "" })));
        row("checked", self.checked.clone());
        row("secret", self.secret.clone());
        row("key", self.key());
        row("expected", self.expected.clone());
        row("received", self.received.clone());
        row("reason", self.reason.map(str::to_owned));
        let steps = if self.would_verify.is_empty() { &self.advice } else { &self.would_verify };
        steps.iter().for_each(|step| row("try", Some(step.clone())));
        text
    }

    fn key(&self) -> Option<String> {
        let keys = match self.keys? {
            0 => "none for this channel".to_owned(),
            1 => "the only one".to_owned(),
            keys => format!("{keys}, newest first"),
        };
        Some(self.key_position.map_or(keys.clone(), |position| format!("{position} ({keys})")))
    }
}
