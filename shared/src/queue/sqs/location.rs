//! The region and the endpoint of a queue, derived from its URL.

use lambda_http::http::Uri;

use super::region::region_of;
use crate::settings::{AWS_ENDPOINT_URL_SQS, AWS_REGION, SettingError, Settings};

/// The URL of a queue, and the destination of its requests.
pub(super) struct Location {
    pub(super) url: String,
    pub(super) target: Target,
}

/// A region to sign for, and the endpoint that requests are sent to.
#[derive(PartialEq, Eq)]
pub(super) struct Target {
    pub(super) region: String,
    pub(super) endpoint: String,
}

impl Location {
    /// Returns the location of the queue whose URL is in this setting. `None` if it is not set.
    ///
    /// # Errors
    /// A setting is invalid.
    pub(super) fn of_setting(setting: &str, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        settings.optional(setting).map(|url| Self::of(setting, url, settings)).transpose()
    }

    /// Returns the location of the queue with this URL, which comes from `setting`.
    ///
    /// # Errors
    /// A setting is invalid.
    pub(super) fn of(setting: &str, url: String, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let shape =
            || SettingError::new(setting, "must be an SQS queue URL, such as https://sqs.eu-west-1.amazonaws.com/123456789012/events");
        let uri: Uri = url.parse().map_err(|_| shape())?;
        let (Some(scheme @ ("https" | "http")), Some(authority), true) = (uri.scheme_str(), uri.authority(), uri.path().len() > 1) else {
            return Err(shape());
        };
        let region = region_of(authority.host()).or_else(|| settings.optional(AWS_REGION)).ok_or_else(|| {
            SettingError::new(AWS_REGION, format!("is not set, and the URL in {setting} has no region; set it to the region of the queue"))
        })?;
        let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SQS)?.unwrap_or_else(|| format!("{scheme}://{authority}"));
        Ok(Self { url, target: Target { region, endpoint } })
    }
}
