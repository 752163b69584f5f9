//! `chathooks dev`: runs the functions' pipeline, the worker and the inspector on this machine.

mod args;
mod banner;
mod fail;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use shared::connection::Connection;
use shared::ingest::Ingest;
use shared::queue::sqs::Sqs;
use shared::route::Prefix;
use shared::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, Settings};
use tokio::sync::watch;

use super::receiver::Target;
use super::serve;
use crate::delivery::{Handler, Worker};
use crate::endpoints::Endpoints;
use crate::gateway::{self, Backend, Fault, Gateway, LocalQueue};
use crate::history::Store;
use crate::inspector::{self, Abilities, Inspector, Requests, Setup, webhooks};
use crate::queue::queue_url;
use crate::queue::sqlite::SqliteQueue;
use crate::queue::sqlite::file::Kind;
use crate::queue::sqs::{Access, QueueUrl};
use crate::request::Address;
use crate::settings::Sources;
use crate::terminal::{counted, output, told_to_stop};

pub(crate) use args::DevArgs;
use fail::{FailureMode, ReceiverFault};

/// The name of the inspector's file if the queue is SQS. It is in the folder of the queue file.
const INSPECTOR_FILE: &str = "inspector.sqlite3";

/// Receives webhooks and delivers their events until the command is stopped.
///
/// # Errors
/// A setting is invalid, or the port or the queue cannot be used.
pub(crate) async fn run(args: DevArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    let (fault, receiver_fault) = faults(&args.fail)?;
    // Invalid secrets are reported before anything is opened.
    let endpoints = Endpoints::read(&sources.settings())?;
    let (port, origin) = args.port.bind().await?;
    let Opened { backend, queue, worker, handler } = open(&args, &sources, receiver_fault).await?;
    let local = match &backend {
        Backend::Sqlite(queue) => Some(queue.clone()),
        Backend::Sqs(_) => None,
    };
    let file = local.as_ref().map_or_else(|| args.queue_file.with_file_name(INSPECTOR_FILE), |_| args.queue_file.clone());
    let store = Store::open(&file, Kind::Queue)?;
    if let Some(queue) = &local {
        store.take_turns_with(queue.clone());
    }
    let setup = Setup { webhooks: webhooks(&origin, &endpoints, &sources), origin, queue, worker };
    let ingest = {
        let queue = LocalQueue { backend, fault: watch::Sender::new(fault) };
        Ingest::new(endpoints.as_slice().to_vec(), queue, Prefix::Required, &sources.settings())?
    };
    let last = serve::inspector_line(&setup.origin, store.token(), "delivery");
    output::line(format_args!("{}", banner::banner(&setup, &last, fault)));

    let (stop, stopped) = watch::channel(false);
    let worker = local.clone().zip(handler).map(|(queue, handler)| {
        let worker = Worker { queue, handler, timing: args.timing(), store: Arc::clone(&store) };
        tokio::spawn(worker.run(stopped.clone()))
    });
    let gateway = Arc::new(Gateway { ingest, endpoints, store: Arc::clone(&store) });
    let abilities = Abilities { requests: Some(Requests { gateway: Arc::clone(&gateway), sources }), retry: local, resend: None };
    let inspector = Arc::new(Inspector { store: Arc::clone(&store), setup, abilities, stopped: stopped.clone() });
    tokio::spawn(async move {
        told_to_stop().await;
        stop.send_replace(true);
    });
    serve::serve(port, router(gateway, inspector), stopped).await?;
    if let Some(worker) = worker {
        worker.await.context("the worker failed")?;
    }
    store.close();
    Ok(ExitCode::SUCCESS)
}

/// Returns how SQS and the receiver fail.
///
/// # Errors
/// Two faults are given for one of them.
fn faults(failing: &[FailureMode]) -> anyhow::Result<(Fault, Option<ReceiverFault>)> {
    let (mut sqs, mut receiver) = (None, None);
    for fault in failing {
        let is_second = match fault {
            FailureMode::Sqs(fault) => sqs.replace(*fault).is_some(),
            FailureMode::Receiver(fault) => receiver.replace(*fault).is_some(),
        };
        if is_second {
            bail!("--fail: SQS and the receiver can each fail in one way at a time");
        }
    }
    Ok((sqs.unwrap_or(Fault::Off), receiver))
}

/// The opened queue, and what delivers its events.
struct Opened {
    backend: Backend,
    /// The queue, described for the user.
    queue: String,
    /// The worker, described for the user.
    worker: String,
    /// What delivers the events. `None` if they stay in the queue.
    handler: Option<Handler>,
}

/// Opens the queue.
async fn open(args: &DevArgs, sources: &Sources, receiver_fault: Option<ReceiverFault>) -> anyhow::Result<Opened> {
    let url = args.queue_url.clone().map_or_else(|| queue_url(sources, QUEUE_URL), |url| Ok(Some(url)))?;
    match url {
        Some(_) if args.forward_to.is_some() => {
            bail!("{QUEUE_URL} is set, and --forward-to delivers only from the embedded queue; unset {QUEUE_URL}")
        }
        Some(_) if receiver_fault.is_some() => {
            bail!("{QUEUE_URL} is set, and --fail receiver=… affects only the local worker; unset {QUEUE_URL}")
        }
        Some(url) => open_sqs(&url, sources).await,
        None => {
            let forward_to = args.forward_to.as_deref().map(|text| Address::of("--forward-to", text)).transpose()?;
            let failing = match receiver_fault {
                Some(fault) => Some(fault.start().await?),
                None => None,
            };
            let receiver = failing.as_ref().or(forward_to.as_ref());
            let Target { handler, description } = Target::find(sources, receiver, &args.trust, args.timing().time_limit())?;
            let worker = receiver_fault.map_or(description, |fault| format!("delivers to a receiver that {fault}, by --fail"));
            let queue = SqliteQueue::open(&args.queue_file)?;
            let shown = format!("{} (SQLite, {} so far)", queue.path().display(), counted(queue.count()?, "message"));
            Ok(Opened { backend: Backend::Sqlite(queue), queue: shown, worker, handler })
        }
    }
}

async fn open_sqs(url: &QueueUrl, sources: &Sources) -> anyhow::Result<Opened> {
    let access = Access::find(sources).await;
    let found = access.as_settings().await?;
    let settings = Settings::new(|name| match name {
        QUEUE_URL => Some(url.to_string()),
        _ => found.get(name).cloned().or_else(|| sources.find(name).map(|(value, _)| value)),
    });
    let queue = Sqs::open(&Connection::open(&settings, |_| ())?, &settings)?;
    let others = [FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL].map(|name| queue_url(sources, name));
    for url in std::iter::once(Ok(Some(url.clone()))).chain(others) {
        if let Some(url) = url? {
            access.queue(&url)?.check().await?;
        }
    }
    let worker = "none on this machine; the deployed worker receives the events from SQS".to_owned();
    Ok(Opened { backend: Backend::Sqs(Box::new(queue)), queue: format!("{url} (SQS)"), worker, handler: None })
}

/// Returns the inspector's routes, with the pipeline for all other paths and methods.
fn router(gateway: Arc<Gateway>, inspector: Arc<Inspector>) -> Router {
    let pages = inspector::routes(inspector);
    pages.method_not_allowed_fallback(gateway::receive).fallback(gateway::receive).with_state(gateway)
}
