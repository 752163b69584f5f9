//! The names of all settings that do not belong to a provider.

/// The URL of the queue to which events are sent, and from which the worker receives them.
pub const QUEUE_URL: &str = "QUEUE_URL";
/// The URL of the queue that is tried when the main queue is slow or fails.
pub const FALLBACK_QUEUE_URL: &str = "FALLBACK_QUEUE_URL";
/// The URL of the queue for verified but malformed bodies.
pub const QUARANTINE_QUEUE_URL: &str = "QUARANTINE_QUEUE_URL";
/// The time from the receipt of a request to the deadline of the enqueue, in milliseconds.
pub const ACK_BUDGET_MS: &str = "ACK_BUDGET_MS";
/// The path that precedes every webhook path, as added by the mapping of a custom domain.
pub const BASE_PATH: &str = "BASE_PATH";
/// The URL of the queue to which the worker sends events that the receiver refuses permanently, and messages that are not
/// events.
pub const DEAD_LETTER_QUEUE_URL: &str = "DEAD_LETTER_QUEUE_URL";
/// The time-to-live of secrets from Secrets Manager, in seconds. The name and limits are those of the AWS Parameters and Secrets
/// extension.
pub const SECRETS_MANAGER_TTL: &str = "SECRETS_MANAGER_TTL";
/// The URL to which the worker delivers events.
pub const DELIVERY_URL: &str = "DELIVERY_URL";
/// The secrets that sign deliveries (Standard Webhooks), newest first.
pub const DELIVERY_SECRET: &str = "DELIVERY_SECRET";
/// The ARNs of the delivery secrets in Secrets Manager.
pub const DELIVERY_SECRET_ARN: &str = "DELIVERY_SECRET_ARN";
/// The address of the Lambda Runtime API, set by Lambda.
pub const AWS_LAMBDA_RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// The name of the function, set by Lambda.
pub const AWS_LAMBDA_FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// The name of the service in log lines.
pub const POWERTOOLS_SERVICE_NAME: &str = "POWERTOOLS_SERVICE_NAME";
/// The namespace of the metrics.
pub const POWERTOOLS_METRICS_NAMESPACE: &str = "POWERTOOLS_METRICS_NAMESPACE";
/// `true` or `1` disables metrics.
pub const POWERTOOLS_METRICS_DISABLED: &str = "POWERTOOLS_METRICS_DISABLED";
/// The region to sign for if a queue URL has none.
pub const AWS_REGION: &str = "AWS_REGION";
/// An endpoint for SQS that replaces the origin of the queue URL.
pub const AWS_ENDPOINT_URL_SQS: &str = "AWS_ENDPOINT_URL_SQS";
/// An endpoint for Secrets Manager that replaces that of the secret's region.
pub const AWS_ENDPOINT_URL_SECRETS_MANAGER: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
/// An endpoint for each AWS service whose endpoint setting is unset.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// The access key id of the function's credentials, set by Lambda.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// The secret access key of the function's credentials, set by Lambda.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// The session token of the function's credentials, set by Lambda.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// A file of PEM certificates that requests to AWS trust instead of the compiled-in ones. AWS tools use the same name.
pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// A file of PEM certificates that all requests trust instead of the compiled-in ones. OpenSSL uses the same name.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of PEM certificates that all requests trust instead of the compiled-in ones, separated by colons. OpenSSL uses the
/// same name.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
