//! The Lambda function that handles the events in the queue.

use std::future::ready;
use std::process::ExitCode;

use shared::lambda;
use shared::log::{Invocation, Log};
use shared::settings::Settings;
use worker::batch;
use worker::sqs_event::SqsEvent;
use worker::worker::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let prepare = async |settings: &Settings<'static>, log: &'static Log| Ok((Worker::open(settings, log).await?, ready(())));
    lambda::run("worker", prepare, |worker, log, event: SqsEvent, context| async move {
        let invocation = Invocation { request_id: &context.request_id, trace: context.xray_trace_id.as_deref() };
        batch::process(worker, log, &event, invocation, context.deadline).await
    })
    .await
}
