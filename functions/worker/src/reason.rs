//! The closed list of reasons why an event was not handled.

/// Why an event was not handled: the dimension `reason` of the metric `DeliveryFailed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The receiver's host name has no address, or the lookup failed.
    Dns,
    /// Nothing listens on the receiver's port, or a firewall rejects the connection.
    ConnectionRefused,
    /// There is no route to the receiver.
    Unreachable,
    /// The TLS handshake failed, usually because of the receiver's certificate.
    Tls,
    /// The time limit expired during the lookup, the connection, the TLS handshake or the wait for the response.
    Timeout,
    /// The receiver closed or reset the connection before it responded.
    Closed,
    /// The response is not HTTP/1.1.
    NotHttp,
    /// The receiver responded with 3xx. Redirects are never followed.
    Redirect,
    /// The receiver responded with 4xx. The event is retried.
    Status4xx,
    /// The receiver responded with 5xx.
    Status5xx,
    /// The receiver responded with a status that HTTP does not define.
    StatusOther,
    /// The receiver responded with 4xx and permanently refused the event.
    Refused,
    /// The record is not an event, so no delivery can succeed.
    Invalid,
    /// An earlier event of its group failed, so this one was not attempted.
    Blocked,
    /// The process ended during each attempt (local worker only).
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
