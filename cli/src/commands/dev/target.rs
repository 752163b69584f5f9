//! Where the worker delivers: `--forward-to`, else `DELIVERY_URL`, signed with `DELIVERY_SECRET`.

use anyhow::bail;
use reqwest::Url;
use shared::settings::{DELIVERY_SECRET, DELIVERY_SECRET_ARN, DELIVERY_URL, Settings};
use worker::handle::State;

use crate::delivery::Private;
use crate::settings::Sources;

/// What handles events, and what the banner says of it.
pub(super) struct Target {
    /// The worker's own state. None where events stay in the queue.
    pub(super) state: Option<State>,
    /// What of the settings an answer must not show.
    pub(super) private: Private,
    /// Where events go, without a path or query: it may be a secret.
    pub(super) description: String,
}

impl Target {
    /// Reads the settings as the deployed worker does. Without a URL a secret alone is no error here: it
    /// waits for `--forward-to`.
    ///
    /// # Errors
    /// A setting is wrong.
    pub(super) fn find(sources: &Sources, forward_to: Option<&str>) -> anyhow::Result<Self> {
        let url = match forward_to {
            Some(given) => Some(checked(given)?),
            None => sources.find(DELIVERY_URL).map(|(url, _)| url),
        };
        let settings = Settings::new(|name| match name {
            DELIVERY_URL => url.clone(),
            DELIVERY_SECRET | DELIVERY_SECRET_ARN => url.as_ref().and_then(|_| Some(sources.find(name)?.0)),
            other => sources.find(other).map(|(value, _)| value),
        });
        let parsed = url.as_deref().and_then(|url| url.parse::<Url>().ok());
        let secrets = sources.find(DELIVERY_SECRET);
        let private = parsed.as_ref().zip(secrets.as_ref()).map(|(url, (secrets, _))| Private::of(url, secrets)).unwrap_or_default();
        let state = Some(State::from_settings(&settings)?).filter(State::has_destination);
        let description = match (&state, parsed, secrets) {
            (None, ..) => "none, so events stay in the queue; deliver them with --forward-to http://127.0.0.1:3000/events".to_owned(),
            (Some(_), Some(url), Some((_, source))) => {
                format!("delivers to {} ({DELIVERY_SECRET}: {source})", url.origin().ascii_serialization())
            }
            (Some(_), ..) => "handles events by its own code".to_owned(),
        };
        Ok(Self { state, private, description })
    }
}

/// The URL as it is sent.
fn checked(given: &str) -> anyhow::Result<String> {
    let is_plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none() && url.port() != Some(0)
    };
    match given.parse::<Url>().ok().filter(is_plain) {
        Some(url) => Ok(url.into()),
        None => bail!("--forward-to must be an http or https URL like http://127.0.0.1:3000/events, without a login"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_that_events_can_go_to_is_taken() {
        for (given, expected) in [
            ("http://127.0.0.1:3000/events", "http://127.0.0.1:3000/events"),
            ("https://h.example/a?b=c", "https://h.example/a?b=c"),
            ("http://h.example", "http://h.example/"),
        ] {
            assert_eq!(checked(given).expect(given), expected);
        }
        for given in [
            "127.0.0.1:3000",
            "hush",
            "ftp://hush",
            "http://hush@h.example",
            "http://:hush@h.example",
            "http://127.0.0.1:0/hush",
            "http://127.0.0.1:99999/hush",
            "",
        ] {
            let problem = checked(given).expect_err(given).to_string();
            assert!(problem.starts_with("--forward-to must be") && !problem.contains("hush"), "{problem}");
        }
    }
}
