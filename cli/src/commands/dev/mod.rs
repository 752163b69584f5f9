//! `chathooks dev`: the deployed functions' pipeline behind one address of this machine, and the worker.

mod args;
mod banner;
mod fail;

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use axum::Router;
use shared::connection::Connection;
use shared::ingest::Ingest;
use shared::queue::sqs::Sqs;
use shared::route::Prefix;
use shared::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, Settings};
use tokio::net::TcpListener;
use tokio::sync::watch;
use worker::handle::State;

use super::receiver::Target;
use crate::delivery::{GRACE, Private, Timing, Worker};
use crate::endpoints::Endpoints;
use crate::gateway::{self, Backend, Fault, Gateway, LocalQueue};
use crate::history::Store;
use crate::inspector::{self, Inspector, Setup, webhooks};
use crate::queue::queue_url;
use crate::queue::sqlite::SqliteQueue;
use crate::queue::sqs::Access;
use crate::request::Address;
use crate::settings::Sources;
use crate::terminal::{output, program, told_to_stop};

pub(crate) use args::DevArgs;
use fail::{Failing, ReceiverFault};

/// Where the inspector remembers deliveries while there is no local queue, beside the file of that.
const INSPECTOR_FILE: &str = "inspector.sqlite3";

/// Receives webhooks, and delivers their events, until it is told to stop.
///
/// # Errors
/// A setting is wrong, the port is taken, or the queue cannot be opened.
pub(crate) async fn run(args: DevArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    let (fault, receiver_fault) = faults(&args.fail)?;
    // Wrong secrets are told before anything is opened.
    let endpoints = Endpoints::read(&sources.settings())?;
    let listener = listen(args.port).await?;
    let origin = format!("http://{}", listener.local_addr().context("cannot read the gateway's local address")?);
    let (backend, described, state) = open(&args, &sources, receiver_fault).await?;
    let store = Store::open(&match backend {
        Backend::Sqlite(_) => args.queue_file.clone(),
        Backend::Sqs(_) => args.queue_file.with_file_name(INSPECTOR_FILE),
    })?;
    if let Backend::Sqlite(queue) = &backend {
        store.take_turns_with(queue.clone());
    }
    let timing = Timing { first_retry: Duration::from_millis(args.first_retry_ms), visibility: Duration::from_millis(args.visibility_ms) };
    let worker = match (&backend, state) {
        (Backend::Sqlite(queue), Some((state, private))) => {
            Some(Worker { queue: queue.clone(), state, private, timing, store: Arc::clone(&store) })
        }
        _ => None,
    };
    let setup = Setup { webhooks: webhooks(&origin, &endpoints, &sources), origin, queue: described.queue, worker: described.worker };
    let queue = LocalQueue { backend, fault: watch::Sender::new(fault) };
    let ingest = Ingest::new(endpoints.as_slice().to_vec(), queue, Prefix::Required, &sources.settings())?;
    output::line(format_args!("{}", banner::banner(&setup, &inspector::page_url(&setup.origin, store.token()), fault)));
    let (stop, stopped) = watch::channel(false);
    let gateway = Arc::new(Gateway { ingest, endpoints, store: Arc::clone(&store) });
    let inspector = Arc::new(Inspector { gateway: Arc::clone(&gateway), sources, setup, stopped });
    let outcome = serve(listener, router(gateway, inspector), stop, worker).await;
    store.close();
    outcome
}

/// How SQS and the receiver fail.
///
/// # Errors
/// Two faults are given for one of them.
fn faults(failing: &[Failing]) -> anyhow::Result<(Fault, Option<ReceiverFault>)> {
    let (mut sqs, mut receiver) = (None, None);
    for fault in failing {
        let is_second = match fault {
            Failing::Sqs(fault) => sqs.replace(*fault).is_some(),
            Failing::Receiver(fault) => receiver.replace(*fault).is_some(),
        };
        if is_second {
            bail!("--fail: SQS and the receiver can each fail in one way at a time");
        }
    }
    Ok((sqs.unwrap_or(Fault::Off), receiver))
}

/// Where events go, in words.
struct Described {
    /// Which queue they are put into.
    queue: String,
    /// Who takes them from there.
    worker: String,
}

/// Opens the queue; gives with it what handles the events that it holds, if anything here does.
async fn open(
    args: &DevArgs,
    sources: &Sources,
    receiver_fault: Option<ReceiverFault>,
) -> anyhow::Result<(Backend, Described, Option<(State, Private)>)> {
    let url = args.queue_url.clone().map_or_else(|| queue_url(sources, QUEUE_URL), |url| Ok(Some(url)))?;
    match url {
        Some(_) if args.forward_to.is_some() => {
            bail!("{QUEUE_URL} is set, and --forward-to delivers from the local queue only; unset {QUEUE_URL}")
        }
        Some(_) if receiver_fault.is_some() => {
            bail!("{QUEUE_URL} is set, and --fail receiver=… is about the local worker; unset {QUEUE_URL}")
        }
        Some(url) => {
            let access = Access::find(sources).await;
            let found = access.as_settings().await?;
            let settings = Settings::new(|name| match name {
                QUEUE_URL => Some(url.to_string()),
                _ => found.get(name).cloned().or_else(|| sources.find(name).map(|(value, _)| value)),
            });
            let queue = Sqs::connect(&Connection::open(&settings, |_| ())?, &settings).await?;
            let others = [FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL].map(|name| queue_url(sources, name));
            for url in std::iter::once(Ok(Some(url.clone()))).chain(others) {
                if let Some(url) = url? {
                    access.queue(&url)?.check().await?;
                }
            }
            let described =
                Described { queue: format!("{url} (SQS)"), worker: "none here; the deployed one takes events from SQS".to_owned() };
            Ok((Backend::Sqs(Box::new(queue)), described, None))
        }
        None => {
            let forward_to = args.forward_to.as_deref().map(|text| Address::of("--forward-to", text)).transpose()?;
            let failing = match receiver_fault {
                Some(fault) => Some(fault.start().await?),
                None => None,
            };
            let Target { state, private, description } = Target::find(sources, failing.as_ref().or(forward_to.as_ref()), &args.trust)?;
            let description = receiver_fault.map_or(description, |fault| format!("delivers to a receiver that {fault}, by --fail"));
            let queue = SqliteQueue::open(&args.queue_file)?;
            let shown = format!("{} (SQLite, {} messages so far)", queue.path().display(), queue.count()?);
            Ok((Backend::Sqlite(queue), Described { queue: shown, worker: description }, state.map(|state| (state, private))))
        }
    }
}

/// The inspector has its own paths. Every other method and path goes to the pipeline.
fn router(gateway: Arc<Gateway>, inspector: Arc<Inspector>) -> Router {
    let pages = inspector::routes(Arc::clone(&inspector)).with_state(inspector);
    pages.method_not_allowed_fallback(gateway::receive).fallback(gateway::receive).with_state(gateway)
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!(
                "port {port} is taken, perhaps by another `{} dev`; stop that, or choose another port: --port 8081 (0 takes a free one)",
                program()
            )
        }
        std::io::ErrorKind::PermissionDenied => anyhow!("port {port} is reserved for the system; choose one above 1023 with --port"),
        _ => anyhow::Error::from(error).context(format!("cannot listen on port {port}; choose another with --port")),
    })
}

async fn serve(listener: TcpListener, router: Router, stop: watch::Sender<bool>, worker: Option<Worker>) -> anyhow::Result<ExitCode> {
    let mut stopped = stop.subscribe();
    let worker = worker.map(|worker| tokio::spawn(worker.run(stopped.clone())));
    let server = axum::serve(listener, router);
    let server = server.with_graceful_shutdown(async move { drop(stopped.wait_for(|stopped| *stopped).await) });
    let end = async {
        told_to_stop().await;
        stop.send_replace(true);
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server => outcome.context("the gateway failed")?,
        () = end => {}
    }
    if let Some(worker) = worker {
        worker.await.context("the worker failed")?;
    }
    Ok(ExitCode::SUCCESS)
}
