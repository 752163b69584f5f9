//! The closed list of reasons why an event was not handled.

/// Why an event was not handled: the dimension `reason` of the metric `DeliveryFailed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The receiver's host name has no address, or the look-up failed.
    Dns,
    /// Nothing listens on the receiver's port, or a firewall rejects the connection.
    ConnectionRefused,
    /// There is no route to the receiver.
    Unreachable,
    /// The TLS handshake failed, mostly for the receiver's certificate.
    Tls,
    /// The time limit ended during the look-up, the connection, the TLS handshake or the wait for the answer.
    Timeout,
    /// The receiver closed or reset the connection before it answered.
    Closed,
    /// The answer is not HTTP/1.1.
    NotHttp,
    /// The receiver answered 3xx. A redirect is never followed.
    Redirect,
    /// The receiver answered 4xx; the event is tried again.
    Status4xx,
    /// The receiver answered 5xx.
    Status5xx,
    /// The receiver answered with a status that HTTP does not define.
    StatusOther,
    /// The receiver answered 4xx and refused the event for good.
    Refused,
    /// The record is not an event: no delivery can succeed.
    Invalid,
    /// An earlier event of its group failed, so this one was not tried.
    Blocked,
    /// Each attempt was interrupted by the end of the process (local worker only).
    Interrupted,
    /// Your own code in `handle` failed.
    Handler,
}

impl Reason {
    /// Returns the word for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::ConnectionRefused => "connection_refused",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::NotHttp => "not_http",
            Self::Redirect => "redirect",
            Self::Status4xx => "status_4xx",
            Self::Status5xx => "status_5xx",
            Self::StatusOther => "status_other",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
            Self::Blocked => "blocked",
            Self::Interrupted => "interrupted",
            Self::Handler => "handler",
        }
    }
}
