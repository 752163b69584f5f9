//! The kit's own tests: every check that other crates' tests rely on must be able to fail.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod faulty_sqs;
mod function;
mod receiver;
mod runtime_api;
mod sample;
mod sqs;

use std::time::Duration;

/// Returns an SDK client configured as in the functions, but without retries.
fn client(endpoint: &str) -> aws_sdk_sqs::Client {
    use aws_credential_types::Credentials;
    use aws_sdk_sqs::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::from_keys("test", "test", None))
        .endpoint_url(endpoint)
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(10)).build())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}
