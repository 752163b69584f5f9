//! Why an event was not handled, and whether it is retried.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::reason::Reason;

/// Why an event was not handled. The event is retried, unless it was permanently refused.
///
/// The text is logged, so it must not contain event content, a URL or a secret.
///
/// ```
/// use std::time::Duration;
/// use worker::handle::Error;
///
/// let busy = Error::new("the ticket system is busy").with_retry_after(Duration::from_secs(120));
/// assert_eq!((busy.to_string().as_str(), busy.reason().as_str()), ("the ticket system is busy", "handler"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    text: Cow<'static, str>,
    reason: Reason,
    retry_after: Option<Duration>,
    refused: Option<u16>,
}

impl Error {
    /// Creates an error of your own code, with the reason [`Reason::Handler`]. The event is retried.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self::because(Reason::Handler, text)
    }

    /// Creates an error with this reason. The event is retried.
    pub fn because(reason: Reason, text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), reason, retry_after: None, refused: None }
    }

    /// Creates the error for an event that the receiver permanently refused with this status. The event is not retried; it moves
    /// to the dead-letter queue.
    #[must_use]
    pub fn refused(status: u16) -> Self {
        let text = format!("the receiver answered {status} and permanently refused the event");
        Self { refused: Some(status), ..Self::because(Reason::Refused, text) }
    }

    /// Sets the minimum pause before the next attempt.
    #[must_use]
    pub fn with_retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    /// Replaces the text.
    pub(crate) fn with_text(self, text: String) -> Self {
        Self { text: text.into(), ..self }
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the pause that the receiver requested, if any.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the status with which the receiver permanently refused the event, or `None` if the event is retried.
    #[must_use]
    pub fn refused_status(&self) -> Option<u16> {
        self.refused
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<&'static str> for Error {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
