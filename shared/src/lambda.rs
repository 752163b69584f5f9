//! A function's life: settings, queue, then one delivery after another.

use std::process::ExitCode;
use std::sync::Arc;

use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use lambda_runtime_api_client::{PooledClient, body::Body, build_request};
use tokio::time::Instant;

use crate::http_event::{HttpAnswer, HttpEvent};
use crate::ingest::{Ingest, Prefix};
use crate::log::Log;
use crate::provider::FromSettings;
use crate::queue::sqs::Sqs;
use crate::settings::{SettingError, Settings};

/// Runs a function of that name until Lambda ends it.
///
/// All that can be done before the first event is done before it: Lambda gives a start a whole core.
/// A setting that is missing or wrong is a failed start, which Lambda and the log are told.
pub async fn run(name: &str, providers: FromSettings) -> ExitCode {
    let settings = Settings::from_environment();
    let log = Arc::new(Log::new(name, &settings));
    let panics = Arc::clone(&log);
    std::panic::set_hook(Box::new(move |panic| panics.panic(panic)));
    let ingest = match start(&settings, providers).await {
        Ok(ingest) => ingest,
        Err(error) => {
            log.failed_start(&error);
            report(&settings, &error).await;
            return ExitCode::FAILURE;
        }
    };
    let (ingest, log) = (&ingest, log.as_ref());
    let handler = service_fn(|event: LambdaEvent<HttpEvent>| async move {
        let started = Instant::now();
        let request = event.payload.into_received(event.context.request_id, event.context.xray_trace_id);
        let delivery = ingest.receive(&request, started).await;
        log.delivery(&request, &delivery, started.elapsed());
        Ok::<_, lambda_runtime::Error>(HttpAnswer::from(delivery.answer))
    });
    match lambda_runtime::run(handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn start(settings: &Settings<'_>, providers: FromSettings) -> Result<Ingest<Sqs>, SettingError> {
    settings.required("AWS_LAMBDA_RUNTIME_API", "set by Lambda, which runs this program; `cargo dev` runs all of it without Lambda")?;
    let providers = providers(settings)?;
    Ingest::new(providers, Sqs::connect(settings).await?, Prefix::Optional, settings)
}

/// Tells Lambda why the start failed. If it cannot be told, the log and the exit code still say so.
async fn report(settings: &Settings<'_>, error: &SettingError) {
    let Some(address) = settings.optional("AWS_LAMBDA_RUNTIME_API") else { return };
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
