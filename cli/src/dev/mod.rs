//! `chathooks dev`: the deployed functions' pipeline behind one address of this machine, and the worker.

mod arrows;
mod banner;
mod deliveries;
mod destination;
mod gateway;
mod outcome;
mod retry;

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use shared::connection::Connection;
use shared::ingest::{Ingest, Prefix};
use shared::queue::{Queue, sqs::Sqs};
use shared::settings::QUEUE_URL;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::args::DevArgs;
use crate::functions;
use crate::output;
use crate::sources::Sources;
use crate::sqlite_queue::SqliteQueue;
use banner::Place;
use deliveries::{Deliveries, Pace};
use destination::Destination;
use gateway::Gateway;

/// How long what has begun may go on after Ctrl-C.
const GRACE: Duration = Duration::from_secs(5);

/// Receives webhooks, and delivers their events, until it is told to stop.
///
/// # Errors
/// A setting is wrong, the port is taken, or the queue cannot be opened.
pub(crate) async fn run(args: DevArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    // Wrong secrets are told before anything is opened.
    functions::senders(&sources.settings())?;
    let listener = listen(args.port).await?;
    match sources.settings().optional(QUEUE_URL) {
        Some(_) if args.forward_to.is_some() => {
            bail!("{QUEUE_URL} is set, and --forward-to delivers from the local queue only; unset {QUEUE_URL}")
        }
        Some(url) => {
            let settings = sources.settings();
            let queue = Sqs::connect(&Connection::open(&settings)?, &settings).await?;
            let place = Place { queue: format!("{url} (SQS)"), worker: "none here; the deployed one takes events from SQS".to_owned() };
            serve(listener, &sources, queue, &place, None).await
        }
        None => {
            let Destination { state, place } = destination::read(&sources, args.forward_to.as_deref())?;
            let queue = SqliteQueue::open(&args.queue_file)?;
            let place = Place { queue: format!("{} (SQLite, {} messages so far)", queue.path().display(), queue.count()?), worker: place };
            let pace =
                Pace { first_retry: Duration::from_millis(args.first_retry_ms), visibility: Duration::from_millis(args.visibility_ms) };
            let deliveries = state.map(|state| Deliveries { queue: queue.clone(), state, pace });
            serve(listener, &sources, queue, &place, deliveries).await
        }
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!(
                "port {port} is taken, perhaps by another `cargo dev`; stop that, or choose another port: --port 8081 (0 takes a free one)"
            )
        }
        std::io::ErrorKind::PermissionDenied => anyhow!("port {port} is reserved for the system; choose one above 1023 with --port"),
        _ => anyhow::Error::from(error).context(format!("cannot listen on port {port}; choose another with --port")),
    })
}

async fn serve<Q: Queue + 'static>(
    listener: TcpListener,
    sources: &Sources,
    queue: Q,
    place: &Place,
    deliveries: Option<Deliveries>,
) -> anyhow::Result<ExitCode> {
    let settings = sources.settings();
    let senders = functions::senders(&settings)?;
    let ingest = Ingest::new(functions::providers(&settings)?, queue, Prefix::Required, &settings)?;
    let origin = format!("http://{}", listener.local_addr().context("cannot tell the own address")?);
    output::line(format_args!("{}", banner::banner(&origin, place, &senders, sources)));

    let (stop, mut stopped) = watch::channel(false);
    let worker = deliveries.map(|deliveries| tokio::spawn(deliveries.run(stopped.clone())));
    let app = gateway::router(Gateway { ingest, senders });
    let server = axum::serve(listener, app).with_graceful_shutdown(async move { drop(stopped.wait_for(|stopped| *stopped).await) });
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

/// Ends with Ctrl-C, or where another program asks this one to stop.
async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
