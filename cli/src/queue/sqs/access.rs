//! Credentials, regions and endpoints, found as the AWS CLI finds them, in the environment and in the --env-file.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_sqs::{Client, config};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use shared::queue::sqs::region_of;
use shared::settings::{AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN};

use super::queue::SqsQueue;
use super::url::{InvalidQueueUrl, QueueUrl};
use crate::settings::{AWS_CONFIG_FILE, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE, Source, Sources};

/// The advice if there are no credentials.
pub(super) const NO_CREDENTIALS: &str =
    "set AWS_PROFILE (after `aws sso login`, if the profile needs it), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// Returns the SDK's message without the list, one per line, of the places where it looked for credentials.
pub(super) fn on_one_line(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    first.trim_end_matches(" Attempted:").trim_end_matches('.').to_owned()
}

/// Adds the settings of the --env-file. The SDK reads the environment itself.
fn configured(mut loader: ConfigLoader, sources: &Sources) -> ConfigLoader {
    let settings = sources.settings();
    if let Some(region) = [AWS_REGION, AWS_DEFAULT_REGION].iter().find_map(|name| settings.optional(name)) {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = settings.optional(AWS_PROFILE) {
        loader = loader.profile_name(profile);
    }
    let files = [(EnvConfigFileKind::Config, AWS_CONFIG_FILE), (EnvConfigFileKind::Credentials, AWS_SHARED_CREDENTIALS_FILE)];
    if files.iter().any(|(_, name)| settings.optional(name).is_some()) {
        let mut builder = EnvConfigFiles::builder().include_default_config_file(true).include_default_credentials_file(true);
        for (kind, name) in files {
            if let Some(file) = settings.optional(name) {
                builder = builder.with_file(kind, file);
            }
        }
        loader = loader.profile_files(builder.build());
    }
    // A key and its secret must come from the same source.
    if let Some((key, source @ Source::File(_))) = sources.find(AWS_ACCESS_KEY_ID) {
        let of_file = |name| sources.find(name).filter(|(_, other)| *other == source).map(|(value, _)| value);
        if let Some(secret) = of_file(AWS_SECRET_ACCESS_KEY) {
            loader = loader.credentials_provider(Credentials::new(key, secret, of_file(AWS_SESSION_TOKEN), None, "env-file"));
        }
    }
    loader
}

/// The user's credentials, region and endpoints.
pub(crate) struct Access {
    config: SdkConfig,
    endpoint: Option<String>,
    endpoint_of_all: Option<String>,
}

impl Access {
    /// Finds credentials and settings as the AWS CLI does. Does not call SQS.
    pub(crate) async fn find(sources: &Sources) -> Self {
        let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(Duration::from_secs(30)).build();
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(5));
        let config = configured(loader, sources).load().await;
        let settings = sources.settings();
        let endpoint = [AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL].iter().find_map(|name| settings.optional(name));
        let endpoint = endpoint.or_else(|| config.endpoint_url().map(str::to_owned));
        let endpoint_of_all = settings.optional(AWS_ENDPOINT_URL);
        Self { config, endpoint, endpoint_of_all }
    }

    /// Returns the current credentials.
    ///
    /// # Errors
    /// Returns an error if there are no credentials.
    pub(crate) async fn credentials(&self) -> anyhow::Result<Credentials> {
        let provider = self.config.credentials_provider().context(NO_CREDENTIALS)?;
        provider.provide_credentials().await.map_err(|error| {
            let error = anyhow::Error::from(error);
            let cause = on_one_line(&error.root_cause().to_string());
            anyhow!("there are no AWS credentials ({cause}); {NO_CREDENTIALS}")
        })
    }

    /// Returns the region in the settings or the profile.
    pub(crate) fn region(&self) -> Option<String> {
        self.config.region().map(ToString::to_string)
    }

    /// Returns the endpoint that replaces that of SQS, if one is configured.
    pub(crate) fn endpoint(&self) -> Option<String> {
        self.endpoint.clone()
    }

    /// Returns the endpoint that replaces the endpoints of all AWS services, if one is set.
    pub(crate) fn endpoint_of_all(&self) -> Option<String> {
        self.endpoint_of_all.clone().or_else(|| self.config.endpoint_url().map(str::to_owned))
    }

    /// Returns the access as the settings that the functions' code reads.
    ///
    /// # Errors
    /// Returns an error if there are no credentials.
    pub(crate) async fn as_settings(&self) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let found = self.credentials().await?;
        let mut settings = BTreeMap::from([
            (AWS_ACCESS_KEY_ID, found.access_key_id().to_owned()),
            (AWS_SECRET_ACCESS_KEY, found.secret_access_key().to_owned()),
        ]);
        settings.extend(found.session_token().map(|token| (AWS_SESSION_TOKEN, token.to_owned())));
        settings.extend(self.config.region().map(|region| (AWS_REGION, region.to_string())));
        settings.extend(self.endpoint.clone().map(|endpoint| (AWS_ENDPOINT_URL_SQS, endpoint)));
        Ok(settings)
    }

    /// Returns the queue with a URL.
    ///
    /// # Errors
    /// Returns an error if the region is unknown.
    pub(crate) fn queue(&self, url: &QueueUrl) -> anyhow::Result<SqsQueue> {
        let region = region_of(url.host()).map(Region::new).or_else(|| self.config.region().cloned());
        let region = region.ok_or_else(|| {
            anyhow!("{AWS_REGION} is not set, and the queue URL contains no region; set {AWS_REGION} to the queue's region")
        })?;
        let origin = || url.origin();
        let config = config::Builder::from(&self.config).region(region).endpoint_url(self.endpoint.clone().unwrap_or_else(origin));
        Ok(SqsQueue { client: Client::from_conf(config.build()), url: url.to_string() })
    }

    /// Returns the dead-letter queue of a queue.
    ///
    /// # Errors
    /// Returns an error if the queue has none, or if it cannot be read.
    pub(crate) async fn dead_letters(&self, queue: &SqsQueue) -> anyhow::Result<SqsQueue> {
        let attributes = queue.attributes().await?;
        let name = attributes.dead_letter_queue.with_context(|| {
            format!("{} has no RedrivePolicy, so it has no dead-letter queue; pass the source with --from-url", queue.url())
        })?;
        let url = QueueUrl::sibling(queue.url(), &name);
        self.queue(&url.parse().map_err(|error: InvalidQueueUrl| anyhow!("{url}: {error}"))?)
    }
}
