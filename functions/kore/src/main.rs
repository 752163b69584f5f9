//! The Lambda function that receives Kore.ai's webhooks.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::lambda::run_ingest(&kore::PROVIDER).await
}
