//! An endpoint: a webhook plus the secrets in force. It verifies requests.

use std::sync::Arc;

use crate::keyring::{Keyring, ParseSecret};
use crate::provider::{Provider, Webhook};
use crate::received::Received;
use crate::route;
use crate::secret::Secret;
use crate::settings::{SettingError, Settings, Waiver};
use crate::timestamp::Timestamp;
use crate::verify::{Refusal, Scheme, Verified, position_of};

/// One webhook of a provider, as the settings configure it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The provider.
    pub provider: &'static Provider,
    /// The webhook.
    pub webhook: &'static Webhook,
    keys: Keys,
    header: String,
    reply: Option<String>,
}

#[derive(Debug, Clone)]
enum Keys {
    Ring(Arc<Keyring>),
    Waived(Waiver),
}

impl Provider {
    /// Returns an endpoint for each webhook that has a keyring or a waiver in the settings.
    ///
    /// # Errors
    /// A setting is invalid, or no keyring and no waiver is set.
    pub fn endpoints(&'static self, settings: &Settings<'_>) -> Result<Vec<Endpoint>, SettingError> {
        let keyring = |webhook: &Webhook| settings.keyring(webhook.keyring, webhook.secret_parser());
        let keyrings = self.webhooks.iter().map(keyring).collect::<Result<Vec<_>, _>>()?;
        self.endpoints_with(keyrings, settings)
    }

    /// Returns an endpoint for each webhook that has a keyring or a waiver. `keyrings` is in the order of the webhooks.
    ///
    /// # Errors
    /// A setting is invalid, or there is no keyring and no waiver.
    pub(crate) fn endpoints_with(
        &'static self,
        keyrings: Vec<Option<Keyring>>,
        settings: &Settings<'_>,
    ) -> Result<Vec<Endpoint>, SettingError> {
        let endpoint = |(webhook, keyring)| Endpoint::new(self, webhook, keyring, settings).transpose();
        let endpoints = self.webhooks.iter().zip(keyrings).filter_map(endpoint).collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() { Err(self.without_keyring()) } else { Ok(endpoints) }
    }

    fn without_keyring(&self) -> SettingError {
        let ways = self.webhooks.iter().flat_map(|webhook| {
            let keyring = format!("{} to {} (or to a JSON object from channel to one or more of them)", webhook.keyring, webhook.secret);
            [Some(keyring), webhook.waiver.map(|waiver| format!("{waiver} to `true` if there is no secret"))]
        });
        let ways: Vec<String> = ways.flatten().collect();
        let first = self.webhooks.first().map_or(self.name, |webhook| webhook.keyring);
        SettingError::new(first, format!("is not set; set {}", ways.join(", or ")))
    }
}

impl Webhook {
    /// Returns the function that parses one of the webhook's secrets.
    #[must_use]
    pub fn secret_parser(&self) -> ParseSecret {
        if self.scheme.has_logins() { Secret::parse_login } else { Secret::parse }
    }
}

impl Endpoint {
    fn new(
        provider: &'static Provider,
        webhook: &'static Webhook,
        keyring: Option<Keyring>,
        settings: &Settings<'_>,
    ) -> Result<Option<Self>, SettingError> {
        let waiver = webhook.waiver.map(|name| Ok((name, settings.waiver(name)?))).transpose()?;
        let keys = match (keyring, waiver) {
            (Some(_), Some((name, Some(_)))) => {
                let problem = format!("is `true`, but {} is also set; unset one of them", webhook.keyring);
                return Err(SettingError::new(name, problem));
            }
            (Some(keyring), _) => Keys::Ring(Arc::new(keyring)),
            (None, Some((_, Some(waiver)))) => Keys::Waived(waiver),
            (None, _) => return Ok(None),
        };
        let header = match webhook.scheme.header_setting() {
            Some(setting) => header_name(setting, settings)?,
            None => None,
        };
        let header = header.unwrap_or_else(|| webhook.scheme.header().to_owned());
        let reply = webhook.reply.and_then(|reply| Some((reply.body)(&settings.optional(reply.setting)?)));
        Ok(Some(Self { provider, webhook, keys, header, reply }))
    }

    /// Returns a copy of the endpoint with another keyring.
    pub(crate) fn with_keyring(&self, keyring: Keyring) -> Self {
        Self { keys: Keys::Ring(Arc::new(keyring)), ..self.clone() }
    }

    /// Returns the name of the header that carries the proof.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Returns the body of a 200, if the operator has set one.
    #[must_use]
    pub fn reply(&self) -> Option<&str> {
        self.reply.as_deref()
    }

    /// Returns the secrets that a channel accepts, newest first. Empty if it accepts none, or if the operator accepts every caller.
    #[must_use]
    pub fn accepted(&self, channel: Option<&str>) -> &[Secret] {
        match &self.keys {
            Keys::Ring(keyring) => keyring.accepted(self.webhook.lookup.names(channel)),
            Keys::Waived(_) => &[],
        }
    }

    /// Returns whether the operator accepts every caller.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        matches!(self.keys, Keys::Waived(_))
    }

    /// Verifies a request's proof over the raw bytes, before its body is parsed.
    ///
    /// # Errors
    /// Returns the reason for the refusal.
    pub fn verify<'r>(&self, request: &'r Received, channel: Option<&str>, now: Timestamp) -> Result<Verified<'r>, Refusal> {
        let accepted = match &self.keys {
            Keys::Waived(waiver) => return Ok(Verified::by_waiver(request, waiver)),
            Keys::Ring(_) => self.accepted(channel),
        };
        match &self.webhook.scheme {
            Scheme::HmacSha1(scheme) => scheme.verify(request, accepted),
            Scheme::Basic(scheme) => scheme.verify(request, accepted),
            Scheme::Token(scheme) => scheme.verify(request, &self.header, accepted),
            Scheme::Jwt(scheme) => scheme.verify(request, accepted, now),
        }
    }

    /// Returns the challenge to echo if the request is a handshake with an accepted token.
    pub(crate) fn shake_hands(&self, request: &Received, channel: Option<&str>) -> Option<String> {
        let handshake = self.webhook.handshake.filter(|_| request.method == "GET")?;
        let token = route::parameter(&request.query, handshake.token)?;
        position_of(token.as_bytes(), self.accepted(channel))?;
        route::parameter(&request.query, handshake.challenge)
    }
}

fn header_name(setting: &str, settings: &Settings<'_>) -> Result<Option<String>, SettingError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match settings.optional(setting) {
        Some(name) if !name.bytes().all(is_token) => {
            Err(SettingError::new(setting, "must be the name of an HTTP header, such as x-access-token"))
        }
        name => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{DEFAULT_ACK_BUDGET, Lookup};
    use crate::verify::Token;

    const WEBHOOK: Webhook = Webhook {
        name: "acme",
        paths: &["/acme/{channel}"],
        keyring: "ACME_TOKEN",
        secret: "the token",
        lookup: Lookup::Channel,
        waiver: None,
        scheme: Scheme::Token(Token { header: "x-acme", header_setting: Some("ACME_HEADER"), scheme: None }),
        ack_budget: DEFAULT_ACK_BUDGET,
        handshake: None,
        reply: None,
        parse: |_, _, _| Ok(()),
        example: "{}",
    };
    const WAIVED: Webhook = Webhook { waiver: Some("ACME_OPEN"), ..WEBHOOK };

    fn provider(webhooks: &'static [Webhook]) -> &'static Provider {
        Box::leak(Box::new(Provider { name: "acme", type_prefix: "com.acme", webhooks, vocabulary: &[] }))
    }

    fn problem(webhooks: &'static [Webhook], settings: &'static [(&str, &str)]) -> String {
        let settings = Settings::new(|name| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()));
        provider(webhooks).endpoints(&settings).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn without_any_keyring_the_error_names_every_way() {
        let object = "(or to a JSON object from channel to one or more of them)";
        assert_eq!(problem(&[WEBHOOK], &[]), format!("ACME_TOKEN: is not set; set ACME_TOKEN to the token {object}"));
        assert!(problem(&[WAIVED], &[]).ends_with(", or ACME_OPEN to `true` if there is no secret"));
        const CLIENT: Webhook = Webhook { keyring: "ACME_CLIENT", secret: "`id:secret`", ..WEBHOOK };
        assert!(problem(&[WEBHOOK, CLIENT], &[]).ends_with(&format!(", or ACME_CLIENT to `id:secret` {object}")));
    }

    #[test]
    fn a_waiver_beside_a_keyring_is_an_error() {
        assert_eq!(problem(&[WAIVED], &[("ACME_OPEN", "true")]), "");
        let both = problem(&[WAIVED], &[("ACME_OPEN", "true"), ("ACME_TOKEN", "t")]);
        assert_eq!(both, "ACME_OPEN: is `true`, but ACME_TOKEN is also set; unset one of them");
    }

    #[test]
    fn the_header_setting_must_be_a_header_name() {
        assert!(problem(&[WEBHOOK], &[("ACME_TOKEN", "t"), ("ACME_HEADER", "a header")]).starts_with("ACME_HEADER: must be"));
        assert_eq!(problem(&[WEBHOOK], &[("ACME_TOKEN", "t"), ("ACME_HEADER", "x-other")]), "");
    }
}
