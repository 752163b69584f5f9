//! The one list of providers: the CLI, the tests, the fuzz targets and the benches read it.

use shared::provider::Provider;

/// Every provider, each with a Lambda function of its own.
pub static PROVIDERS: &[&Provider] = &[&kommo::PROVIDER, &kommunicate::PROVIDER, &kore::PROVIDER, &qikchat::PROVIDER];
