//! The Lambda function that takes events from SQS.

use std::process::ExitCode;

use shared::lambda;
use shared::log::Invocation;
use worker::batch;
use worker::handle::State;
use worker::sqs_event::SqsEvent;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let prepare = async |settings: &shared::settings::Settings<'_>| State::from_settings(settings);
    lambda::run("worker", prepare, |state, log, event: SqsEvent, context| async move {
        let invocation = Invocation { request_id: &context.request_id, trace: context.xray_trace_id.as_deref() };
        batch::process(state, log, &event, invocation, context.deadline).await
    })
    .await
}
