//! The Lambda function that receives Qikchat's webhooks.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::lambda::run_ingest(&qikchat::PROVIDER).await
}
