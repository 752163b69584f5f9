//! The endpoints of a function, with keyrings that may be in Secrets Manager.

use std::sync::Arc;

use futures_util::future::try_join_all;

use super::manager::SecretsManager;
use super::renewed::{Holder, Renewed};
use super::source::{Form, Source};
use crate::connection::Connection;
use crate::endpoint::Endpoint;
use crate::keyring::Keyring;
use crate::provider::{Provider, Webhook};
use crate::settings::{SettingError, Settings};

/// The endpoints of a function.
pub type Endpoints = Renewed<Endpoint>;

/// A snapshot of a function's endpoints. An endpoint has the same index in every snapshot.
pub(crate) type Current = Arc<[Endpoint]>;

impl Holder for Endpoint {
    type Secret = Keyring;

    fn with(&self, keyring: Keyring) -> Self {
        self.with_keyring(keyring)
    }
}

impl Renewed<Endpoint> {
    /// Returns the endpoints of a function, with keyrings read from the settings or from Secrets Manager.
    ///
    /// # Errors
    /// A setting is missing or invalid, or a secret cannot be read or is not a keyring. The error names the setting.
    pub async fn open(provider: &'static Provider, connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let manager = SecretsManager::open(connection, settings)?;
        let sources = provider.webhooks.iter().map(|webhook| Source::find(webhook.keyring, form(webhook), settings));
        let sources = sources.collect::<Result<Vec<Option<Source<Keyring>>>, _>>()?;
        let keyrings = provider.webhooks.iter().zip(&sources).map(async |(webhook, source)| match source {
            Some(source) => source.read_first(&manager).await.map(Some),
            None => settings.keyring(webhook.keyring, webhook.secret_parser()),
        });
        let endpoints = provider.endpoints_with(try_join_all(keyrings).await?, settings)?;
        let index = |webhook: &Webhook| endpoints.iter().position(|endpoint| std::ptr::eq(endpoint.webhook, webhook));
        let sources = provider.webhooks.iter().zip(sources).filter_map(|(webhook, source)| Some((index(webhook)?, source?))).collect();
        Ok(Self::new(endpoints, sources, manager))
    }
}

fn form(webhook: &'static Webhook) -> Form<Keyring> {
    let parse = |texts: &[String]| {
        let keyrings = texts.iter().map(|text| Keyring::parse(text, webhook.secret_parser()));
        Keyring::merge(keyrings.collect::<Result<Vec<_>, _>>()?)
    };
    Form { name: "a keyring", invalid: "invalid_keyring", parse: Box::new(parse) }
}
