//! The Lambda function that receives Kommunicate's webhooks.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::lambda::run_ingest(&kommunicate::PROVIDER).await
}
