//! `--fail`: simulates a failing SQS or a failing receiver. In place of the real receiver, the program starts one that fails.

use std::error::Error;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use anyhow::Context;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use crate::gateway::Fault;
use crate::request::Address;

/// What fails, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureMode {
    /// SQS.
    Sqs(Fault),
    /// The receiver of events.
    Receiver(ReceiverFault),
}

/// How a receiver fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReceiverFault {
    /// It responds with this status.
    Status(u16),
    /// It does not respond.
    Hang,
    /// It refuses each event permanently.
    Refuse,
}

/// The error for a string that names no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidFailureMode;

impl fmt::Display for InvalidFailureMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sqs = Fault::ALL.map(|(_, name, _)| name).join(", ");
        write!(out, "it must be sqs= and one of {sqs}; or receiver= and hang, refuse, or a status from 300 to 599")
    }
}

impl Error for InvalidFailureMode {}

impl FromStr for FailureMode {
    type Err = InvalidFailureMode;

    /// Parses `sqs=hang` or `receiver=500`.
    fn from_str(text: &str) -> Result<Self, InvalidFailureMode> {
        let fault = match text.strip_prefix("receiver=") {
            None => return text.parse().map(Self::Sqs).map_err(|_| InvalidFailureMode),
            Some("hang") => ReceiverFault::Hang,
            Some("refuse") => ReceiverFault::Refuse,
            Some(status) => {
                let status = status.parse().ok().filter(|status| (300..=599).contains(status));
                ReceiverFault::Status(status.ok_or(InvalidFailureMode)?)
            }
        };
        Ok(Self::Receiver(fault))
    }
}

impl fmt::Display for ReceiverFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(out, "answers {status}"),
            Self::Hang => out.write_str("does not answer"),
            Self::Refuse => out.write_str("refuses each event permanently (422 with chathooks-refuse: true)"),
        }
    }
}

impl ReceiverFault {
    /// Starts a receiver that fails in this way, and returns its address. It runs until the program ends.
    ///
    /// # Errors
    /// No port is free.
    pub(super) async fn start(self) -> anyhow::Result<Address> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot start the receiver of --fail")?;
        let address = listener.local_addr().context("cannot read the local address of the receiver of --fail")?;
        let router = Router::new().fallback(move || self.answer());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Address::of("--fail", &format!("http://{address}/"))
    }

    async fn answer(self) -> (StatusCode, HeaderMap, &'static str) {
        let mut headers = HeaderMap::new();
        let status = match self {
            Self::Status(status) => status,
            Self::Hang => std::future::pending().await,
            Self::Refuse => {
                headers.insert("chathooks-refuse", axum::http::HeaderValue::from_static("true"));
                422
            }
        };
        (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), headers, "simulated by --fail\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqs_and_the_receiver_can_fail() {
        for (text, expected) in [
            ("sqs=hang", FailureMode::Sqs(Fault::Hang)),
            ("receiver=500", FailureMode::Receiver(ReceiverFault::Status(500))),
            ("receiver=hang", FailureMode::Receiver(ReceiverFault::Hang)),
            ("receiver=refuse", FailureMode::Receiver(ReceiverFault::Refuse)),
        ] {
            assert_eq!(text.parse(), Ok(expected));
        }
        for text in ["", "hang", "sqs=on", "receiver=", "receiver=200", "receiver=600", "receiver=slow", "sns=hang"] {
            assert!(text.parse::<FailureMode>().is_err_and(|error| error.to_string().contains("throttle")), "{text}");
        }
    }
}
