//! The receiver of events, from `--forward-to` or `DELIVERY_URL`. Deliveries are signed with `DELIVERY_SECRET`.

use std::time::Duration;

use reqwest::Url;
use shared::settings::{DELIVERY_SECRET, DELIVERY_SECRET_ARN, DELIVERY_URL, Settings};
use worker::handle::State;

use crate::delivery::{Handler, Private};
use crate::request::{Address, TrustArgs};
use crate::settings::Sources;

/// What delivers events, and its description.
pub(crate) struct Target {
    /// What delivers events. `None` if events stay in the queue.
    pub(crate) handler: Option<Handler>,
    /// Where events go. Contains only the origin of the URL, because the path and query can be secret.
    pub(crate) description: String,
}

impl Target {
    /// Reads the settings as the deployed worker does, except that a secret without a URL is not an error: a later
    /// `--forward-to` can use it.
    ///
    /// # Errors
    /// A setting or a flag is invalid.
    pub(crate) fn find(sources: &Sources, forward_to: Option<&Address>, trust: &TrustArgs, time_limit: Duration) -> anyhow::Result<Self> {
        let url = match forward_to {
            Some(Address(url)) => Some(url.to_string()),
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
        let state = match trust.config()? {
            Some(tls) => State::with_tls(&settings, tls)?,
            None => State::from_settings(&settings)?,
        };
        let state = Some(state).filter(State::has_destination);
        let description = match (&state, parsed, secrets) {
            (None, ..) => "none, so events stay in the queue; deliver them with --forward-to localhost:3000/events".to_owned(),
            (Some(_), Some(url), Some((_, source))) => {
                format!("delivers to {} ({DELIVERY_SECRET}: {source})", url.origin().ascii_serialization())
            }
            (Some(_), ..) => "handles events with its own code".to_owned(),
        };
        Ok(Self { handler: state.map(|state| Handler { state, private, time_limit }), description })
    }
}
