//! The list of all providers, for the CLI, the tests, the fuzz targets and the benchmarks.

use shared::provider::Provider;

/// Every provider. Each has its own Lambda function.
pub static PROVIDERS: &[&Provider] = &[&kommo::PROVIDER, &kommunicate::PROVIDER, &kore::PROVIDER, &qikchat::PROVIDER];
