//! Runs a function: reads the settings, connects to the queue, then handles one event after another.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use lambda_http::lambda_runtime::{Context, LambdaEvent, Runtime, service_fn};
use lambda_runtime_api_client::{PooledClient, body::Body, build_request};
use serde::Serialize;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::connection::Connection;
use crate::http_event::HttpEvent;
use crate::ingest::Ingest;
use crate::log::{Invocation, Level, Log};
use crate::provider::Provider;
use crate::queue::sqs::Sqs;
use crate::route::Prefix;
use crate::secrets::Endpoints;
use crate::settings::{AWS_LAMBDA_RUNTIME_API, SettingError, Settings};
use crate::trace::Trace;
use crate::trigger::{Payload, Trigger, Unsupported};

/// The period of a timer that is always pending. Without it, each time limit of an event would be the earliest timer, and tokio
/// would wake its own poll for it: three system calls per event.
const PENDING_TIMER_PERIOD: Duration = Duration::from_millis(100);

/// Runs a function that receives webhooks.
pub async fn run_ingest(provider: &'static Provider) -> ExitCode {
    let prepare = async |settings: &Settings<'static>, log: &'static Log| {
        let connection = Connection::open(settings, |trusted| log.system_trusted(trusted))?;
        let queue = Sqs::open(&connection, settings)?;
        let warming = queue.warm();
        // Lets the task start connecting, so that the rest happens while the servers respond.
        yield_now().await;
        let endpoints = Endpoints::open(provider, &connection, settings).await?;
        Ok((Ingest::new(endpoints, queue, Prefix::Optional, settings)?, warming))
    };
    run(provider.name, prepare, |ingest, log, event: HttpEvent, context| async move {
        let started = Instant::now();
        let trace = context.xray_trace_id.filter(|header| Trace::parse(header).is_some());
        let form = event.form();
        let request = event.into_received(context.request_id, trace);
        let delivery = ingest.receive(&request, started).await;
        log.delivery(&request, &delivery, started.elapsed());
        form.answer(delivery.answer)
    })
    .await
}

/// Runs a function until Lambda stops it. `prepare` creates the state and a future that ends when the function is ready for the
/// first event. `handle` handles one event.
///
/// All work that does not need an event belongs in `prepare`, because Lambda provides a full core during init. If a setting
/// is missing or invalid, startup fails with an error to Lambda and a log line. An event from another trigger fails the
/// invocation without a call to `handle`, and no metric counts it.
pub async fn run<S, R, E, A, F>(
    name: &str,
    prepare: impl AsyncFnOnce(&Settings<'static>, &'static Log) -> Result<(S, R), SettingError>,
    handle: impl Fn(&'static S, &'static Log, E, Context) -> F + Send + 'static,
) -> ExitCode
where
    S: Sync + 'static,
    R: Future,
    E: Trigger,
    A: Serialize + Send + 'static,
    F: Future<Output = A> + Send + 'static,
{
    let settings = Settings::from_environment();
    let log: &'static Log = Box::leak(Box::new(Log::new(name, &settings)));
    std::panic::set_hook(Box::new(|panic| log.panic(panic)));
    let purpose = "set by Lambda, which runs this program; to run it without Lambda, use `cargo dev`";
    let prepared = match settings.required(AWS_LAMBDA_RUNTIME_API, purpose) {
        Ok(_) => prepare(&settings, log).await,
        Err(error) => Err(error),
    };
    let (state, ready): (&S, R) = match prepared {
        Ok((state, ready)) => (Box::leak(Box::new(state)), ready),
        Err(error) => {
            log.failed_start(&error);
            report(&settings, &error).await;
            return ExitCode::FAILURE;
        }
    };
    let service = service_fn(move |event: LambdaEvent<Payload<E>>| {
        let LambdaEvent { payload, context, .. } = event;
        let answer = match payload {
            Payload(Some(event)) => Ok(handle(state, log, event, context)),
            Payload(None) => Err(unsupported::<E>(log, &context)),
        };
        async move { Ok::<_, Unsupported>(answer?.await) }
    });
    let runtime = Runtime::new(service);
    ready.await;
    tokio::spawn(async {
        loop {
            sleep(PENDING_TIMER_PERIOD).await;
        }
    });
    // Spawned, because tokio polls the OS after every wake of `block_on`'s future; this saves four syscalls per event.
    match tokio::spawn(runtime.run()).await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}

/// The fields of the log line for an event from another trigger.
#[derive(Serialize)]
struct UnsupportedFields {
    reason: &'static str,
}

/// Logs that an event is not from one of the function's triggers, and returns the invocation error.
fn unsupported<E: Trigger>(log: &Log, context: &Context) -> Unsupported {
    let invocation = Invocation { request_id: &context.request_id, trace: context.xray_trace_id.as_deref() };
    log.line(Level::Error, E::EXPECTED, invocation, UnsupportedFields { reason: "unsupported_trigger" });
    Unsupported(E::EXPECTED)
}

/// Reports to Lambda why startup failed. Errors are ignored: the log and the exit code also report the failure.
async fn report(settings: &Settings<'_>, error: &SettingError) {
    let Some(address) = settings.optional(AWS_LAMBDA_RUNTIME_API) else { return };
    let Ok(endpoint) = format!("http://{address}").parse() else { return };
    let problem = serde_json::json!({"errorType": "Settings.Invalid", "errorMessage": error.to_string(), "stackTrace": []});
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", "Settings.Invalid")
        .header("content-type", "application/json")
        .body(Body::from(problem.to_string()));
    if let Ok(request) = request {
        let _ = PooledClient::builder().with_endpoint(endpoint).build().call(request).await;
    }
}
