//! Requests to AWS services.
//!
//! ```text
//! client       one service in one region: the requests of the AWS JSON protocol
//!   signature  AWS Signature Version 4
//!   pool       kept-alive HTTP/1.1 connections to one endpoint
//! ```
//!
//! TLS is rustls with ring, because aws-lc spends 30 ms of CPU on entropy in every new process. aws-config is not used,
//! because Lambda provides the credentials and the region in the environment.

mod client;
mod pool;
mod signature;

use aws_credential_types::Credentials;

pub(crate) use self::client::{AwsService, Client};
use self::pool::Connector;
use crate::settings::{AWS_ACCESS_KEY_ID, AWS_CA_BUNDLE, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, SettingError, Settings};
use crate::tls::{self, SystemTrusted};

/// The credentials of a function, and how it connects.
#[derive(Clone)]
pub struct Connection {
    connector: Connector,
    credentials: Credentials,
}

impl Connection {
    /// Reads the credentials, and the certificates if a setting names any. Does not connect yet.
    ///
    /// `report` is called at most once, when the system certificates are read.
    ///
    /// # Errors
    /// The credentials are missing or malformed, or the certificates cannot be read.
    pub fn open(settings: &Settings<'_>, report: impl Fn(SystemTrusted) + Send + Sync + 'static) -> Result<Self, SettingError> {
        let own = "that of your AWS credentials (set by Lambda; elsewhere, use `aws configure export-credentials --format env`)";
        let [id, key] = [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY].map(|name| checked(name, settings.required(name, own)?));
        let token = settings.optional(AWS_SESSION_TOKEN).map(|token| checked(AWS_SESSION_TOKEN, token)).transpose()?;
        let credentials = Credentials::new(id?, key?, token, None, "environment");
        let tls = tls::config(settings, Some(AWS_CA_BUNDLE), report)?;
        Ok(Self { connector: Connector::new(tls), credentials })
    }
}

/// Returns a credential if a header can hold it. A typical mistake is a line break at its end.
fn checked(setting: &str, credential: String) -> Result<String, SettingError> {
    let is_valid = credential.bytes().all(|byte| byte.is_ascii_graphic());
    is_valid
        .then_some(credential)
        .ok_or_else(|| SettingError::new(setting, "must be printable ASCII characters without spaces or line breaks"))
}

/// Why a request has no complete response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The request could not be built.
    Unbuildable,
    /// Connecting failed, or the connection failed before a valid response. The value is a code for logs.
    Connection(&'static str),
    /// The connection ended before the end of the response, or the response is too long.
    Incomplete,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_credential_is_named_but_not_quoted() {
        for name in [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN] {
            for text in ["canary\n", " canary", "can\u{e4}ry", "canary\u{fffd}", "canary\r\nx: y", "\u{7f}canary"] {
                let lookup =
                    move |asked: &str| Some(if asked == name { text } else { "x" }.to_owned()).filter(|_| asked.starts_with("AWS_"));
                let settings = Settings::new(move |asked| lookup(asked).filter(|_| asked != AWS_CA_BUNDLE));
                let error = Connection::open(&settings, |_| {}).err().expect("an error");
                assert_eq!(error.setting, name, "{text:?}");
                assert!(!error.problem.contains("canary"), "{error}");
            }
        }
    }
}
