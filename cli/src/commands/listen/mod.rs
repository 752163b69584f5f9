//! `chathooks listen`: delivers the events of an SQS queue that only you consume to your own receiver, and shows them in the inspector.

mod args;
mod delivery;
mod listener;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::http::StatusCode;
use tokio::sync::watch;

use super::receiver::Target;
use super::serve;
use crate::history::Store;
use crate::inspector::{self, Abilities, Inspector, Setup};
use crate::queue::sqlite::file::Kind;
use crate::queue::sqs::{Access, Attributes, SqsQueue};
use crate::request::Address;
use crate::settings::Sources;
use crate::terminal::output::{self, BAD, BOLD, Unwritable};
use crate::terminal::{Stop, counted};

pub(crate) use args::ListenArgs;
use delivery::TIME_LIMIT;
use listener::Listener;

/// Delivers events until it is told to stop.
///
/// # Errors
/// A setting is invalid, or the queue, the port or the history cannot be used.
pub(crate) async fn run(args: ListenArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    let address = Address::of("--forward-to", &args.forward_to)?;
    let target = Target::find(&sources, Some(&address), &args.trust, TIME_LIMIT)?;
    let Some(handler) = target.handler.map(Arc::new) else { bail!("--forward-to: it must be an http or https URL") };
    let queue = Access::find(&sources).await.queue(&args.queue_url)?;
    let (port, origin) = args.port.bind().await?;
    let attributes = queue.attributes().await?;
    let store = Store::open(&args.history_file, Kind::History)?;
    if let Some(max_receives) = attributes.max_receives {
        store.give_up(queue.url().to_owned(), max_receives).await?;
    }
    let stop = Stop::listen_with_reader();

    let last = serve::inspector_line(&origin, store.token(), "event");
    introduce(&queue, &attributes, &target.description, &last)?;
    let (end, stopped) = watch::channel(false);
    let inspector = Inspector {
        store: Arc::clone(&store),
        setup: Setup { origin, queue: format!("{} (SQS)", queue.url()), worker: target.description, webhooks: Vec::new() },
        abilities: Abilities { resend: Some(Arc::clone(&handler)), ..Abilities::default() },
        stopped: stopped.clone(),
    };
    let router = inspector::routes(Arc::new(inspector)).fallback(async || StatusCode::NOT_FOUND);
    let server = tokio::spawn(serve::serve(port, router, stopped));
    let listener = Listener {
        queue,
        max_receives: attributes.max_receives,
        visibility: args.visibility_s,
        handler,
        store: Arc::clone(&store),
        stop: stop.clone(),
    };
    let outcome = listener.listen(args.once).await;
    end.send_replace(true);
    store.close();
    server.await.context("the inspector failed")??;
    outcome?;
    if stop.has_no_reader() {
        return Err(Unwritable::closed().into());
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what the command is about to do.
fn introduce(queue: &SqsQueue, attributes: &Attributes, description: &str, last: &str) -> anyhow::Result<()> {
    let waiting = counted(attributes.visible, "message");
    output::print(format_args!(
        "{BOLD}receives the events of{BOLD:#} {} ({waiting} in it now), and {description}; Ctrl-C stops it",
        queue.url()
    ))?;
    output::print(format_args!(
        "{BAD}other consumers do not get these events:{BAD:#} use a queue that only you consume. An event is deleted once the receiver answers 2xx; others stay in the queue and are retried."
    ))?;
    if let Some(dead_letters) = &attributes.dead_letter_queue {
        let often = attributes.max_receives.map_or_else(|| "too often".to_owned(), |most| counted(most, "time"));
        output::print(format_args!("an event that fails {often} is moved to {dead_letters} by the queue's RedrivePolicy"))?;
    }
    output::print(format_args!("\n{last}"))?;
    Ok(())
}
