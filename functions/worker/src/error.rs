//! Why an event was not handled, and what follows from it.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::reason::Reason;

/// Why an event was not handled. It is tried again, unless it was refused for good.
///
/// The text is logged: no content of the event, no URL and no secret may stand in it.
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
    /// A failure of your own code, with the reason [`Reason::Handler`]. The event is tried again.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self::because(Reason::Handler, text)
    }

    /// A failure for that reason. The event is tried again.
    pub fn because(reason: Reason, text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), reason, retry_after: None, refused: None }
    }

    /// The receiver refused the event for good with this status. The event is not tried again, but moves to the dead-letter
    /// queue.
    #[must_use]
    pub fn refused(status: u16) -> Self {
        let text = format!("the receiver answered {status} and refused the event for good");
        Self { refused: Some(status), ..Self::because(Reason::Refused, text) }
    }

    /// The same failure; the pause before the next attempt is at least this long.
    #[must_use]
    pub fn with_retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    /// The same failure with another text.
    pub(crate) fn with_text(self, text: String) -> Self {
        Self { text: text.into(), ..self }
    }

    /// Returns its reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the pause that the receiver asked for, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the status with which the receiver refused the event for good; none if the event is tried again.
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
