//! The URL of an SQS queue.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// An http or https URL with a path, and without a login, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueUrl(Url);

impl fmt::Display for QueueUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The text is not a queue URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidQueueUrl;

impl fmt::Display for InvalidQueueUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it must be an SQS queue URL, like https://sqs.eu-west-1.amazonaws.com/123456789012/events")
    }
}

impl Error for InvalidQueueUrl {}

impl FromStr for QueueUrl {
    type Err = InvalidQueueUrl;

    fn from_str(text: &str) -> Result<Self, InvalidQueueUrl> {
        let url: Option<Url> = text.parse().ok();
        let is_queue = |url: &Url| {
            let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
            matches!(url.scheme(), "http" | "https") && url.path().len() > 1 && is_plain
        };
        url.filter(is_queue).map(Self).ok_or(InvalidQueueUrl)
    }
}

impl QueueUrl {
    /// Returns the host, which contains the region of a queue on AWS.
    pub(super) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the scheme, the host and the port.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Returns the URL of another queue in the same account and region.
    pub(super) fn sibling(url: &str, name: &str) -> String {
        let account = url.rsplit_once('/').map_or(url, |(account, _)| account);
        format!("{account}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_url_is_a_plain_url_with_a_path() {
        for text in ["https://sqs.eu-west-1.amazonaws.com/123456789012/events", "http://127.0.0.1:9324/1/events.fifo"] {
            assert_eq!(text.parse::<QueueUrl>().map(|url| url.0.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "events", "arn:aws:sqs:eu-west-1:1:events", "https://h.example", "ftp://h.example/q", "https://a:b@h.example/q"] {
            assert!(text.parse::<QueueUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_dead_letter_queue_is_in_the_same_account_and_region() {
        assert_eq!(QueueUrl::sibling("https://sqs.eu-west-1.amazonaws.com/1/events", "dead"), "https://sqs.eu-west-1.amazonaws.com/1/dead");
    }
}
