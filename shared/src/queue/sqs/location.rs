//! The region and the endpoint of a queue, derived from its URL.

use lambda_http::http::Uri;
use lambda_http::http::uri::PathAndQuery;

use super::region::region_of;
use crate::settings::{AWS_ENDPOINT_URL_SQS, AWS_REGION, SettingError, Settings, is_region, web_url};

/// The URL of a queue, and the destination of its requests.
pub(super) struct Location {
    pub(super) url: String,
    pub(super) target: Target,
}

/// A region to sign for, and the endpoint that requests are sent to.
#[derive(PartialEq, Eq)]
pub(super) struct Target {
    pub(super) region: String,
    pub(super) endpoint: Uri,
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
        let uri = web_url(&url).filter(|uri| uri.path().len() > 1).ok_or_else(shape)?;
        let region = match region_of(uri.host().unwrap_or_default()) {
            Some(region) => Some(region).filter(|region| is_region(region)).ok_or_else(shape)?,
            None => configured_region(setting, settings)?,
        };
        let endpoint = match settings.endpoint(AWS_ENDPOINT_URL_SQS)? {
            Some(endpoint) => endpoint,
            None => origin(uri).ok_or_else(shape)?,
        };
        Ok(Self { url, target: Target { region, endpoint } })
    }
}

/// Returns the region for a queue whose URL, which comes from `setting`, has none.
fn configured_region(setting: &str, settings: &Settings<'_>) -> Result<String, SettingError> {
    let region = settings.optional(AWS_REGION).ok_or_else(|| {
        SettingError::new(AWS_REGION, format!("is not set, and the URL in {setting} has no region; set it to the region of the queue"))
    })?;
    is_region(&region).then_some(region).ok_or_else(|| SettingError::new(AWS_REGION, "must be a region, such as eu-west-1"))
}

/// Returns a URL without its path.
fn origin(url: Uri) -> Option<Uri> {
    let mut parts = url.into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).ok()
}
