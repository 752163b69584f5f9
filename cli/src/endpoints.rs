//! The endpoints of all providers, as the settings configure them, and the paths that route to them.

use functions::PROVIDERS;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::endpoint::Endpoint;
use shared::provider::Webhook;
use shared::route::{self, Prefix};
use shared::settings::{SettingError, Settings};
use shared::verify::Scheme;

/// The characters to percent-encode in a channel's name: all but RFC 3986's unreserved ones.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The endpoints of all providers, served at one address.
pub(crate) struct Endpoints {
    all: Vec<Endpoint>,
    base_path: Option<String>,
}

impl Endpoints {
    /// Builds the endpoints of the webhooks that have a keyring in the settings.
    ///
    /// # Errors
    /// Returns an error if a setting is missing or invalid.
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Self, SettingError> {
        let of_providers = PROVIDERS.iter().map(|provider| provider.endpoints(settings)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { all: of_providers.into_iter().flatten().collect(), base_path: settings.base_path()? })
    }

    /// Returns all endpoints, in the order of the providers.
    pub(crate) fn as_slice(&self) -> &[Endpoint] {
        &self.all
    }

    /// Returns the endpoint that a path routes to, and the channel in the path.
    pub(crate) fn of_path(&self, path: &str) -> Option<(&Endpoint, Option<String>)> {
        let path = route::without_base(path, self.base_path.as_deref());
        let route = route::find(self.all.iter().map(|endpoint| endpoint.webhook), path, Prefix::Required)?;
        Some((self.all.get(route.index)?, route.channel))
    }

    /// Returns the longest suffix of a path that routes to a webhook. The part before it is an unknown base path.
    pub(crate) fn webhook_path(&self, path: &str) -> Option<String> {
        let mut ends = path.match_indices('/').map(|(index, _)| &path[index..]);
        ends.find(|end| self.of_path(end).is_some()).map(str::to_owned)
    }

    /// Returns the usual path of a webhook, with a placeholder in braces for the channel.
    pub(crate) fn path(&self, webhook: &Webhook) -> String {
        let path = webhook.paths.first().copied().unwrap_or_default();
        format!("{}{path}", self.base_path.as_deref().unwrap_or_default())
    }

    /// Returns the usual path of a webhook for a channel.
    pub(crate) fn channel_path(&self, webhook: &Webhook, channel: &str) -> String {
        let path = self.path(webhook);
        let (before, rest) = path.split_once('{').unwrap_or((&path, "}"));
        let (_, after) = rest.split_once('}').unwrap_or_default();
        format!("{before}{}{after}", utf8_percent_encode(channel, SEGMENT))
    }
}

/// Returns the webhooks of all providers.
pub(crate) fn webhooks() -> impl Iterator<Item = &'static Webhook> {
    PROVIDERS.iter().flat_map(|provider| provider.webhooks)
}

/// Returns the names of all providers.
pub(crate) fn provider_names() -> impl Iterator<Item = &'static str> {
    PROVIDERS.iter().map(|provider| provider.name)
}

/// Returns the headers in which an endpoint looks for the proof, the usual one first.
pub(crate) fn proof_headers(endpoint: &Endpoint) -> impl Iterator<Item = &str> {
    let others = match &endpoint.webhook.scheme {
        Scheme::Basic(basic) => basic.headers.get(1..).unwrap_or_default(),
        Scheme::HmacSha1(_) | Scheme::Token(_) | Scheme::Jwt(_) => &[],
    };
    std::iter::once(endpoint.header()).chain(others.iter().copied())
}

#[cfg(test)]
mod tests {
    use shared::settings::BASE_PATH;

    use super::*;

    #[test]
    fn a_base_path_is_optional_in_a_request() {
        let settings = Settings::new(|name| match name {
            BASE_PATH => Some("/hooks/".to_owned()),
            name => webhooks().any(|webhook| webhook.keyring == name).then(|| "name:secret".to_owned()),
        });
        let endpoints = Endpoints::read(&settings).expect("endpoints");
        for endpoint in endpoints.as_slice() {
            let path = endpoints.channel_path(endpoint.webhook, "my shop/1");
            assert!(path.starts_with("/hooks/") && path.contains("/my%20shop%2F1"), "{path}");
            for path in [path.as_str(), path.trim_start_matches("/hooks")] {
                let (found, channel) = endpoints.of_path(path).expect(path);
                assert_eq!((found.webhook.name, channel.as_deref()), (endpoint.webhook.name, Some("my shop/1")), "{path}");
            }
        }
        assert!(endpoints.of_path("/other/hooks").is_none());
    }
}
