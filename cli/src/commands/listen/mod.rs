//! `chathooks listen`: delivers the events of an SQS queue that only you consume to your own handler.

mod args;
mod delivery;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use worker::handle::State;

use super::receiver::Target;
use crate::queue::sqs::{Access, Held, SqsQueue};
use crate::request::Address;
use crate::settings::Sources;
use crate::terminal::Stop;
use crate::terminal::output::{self, BAD, BOLD, Unwritable};

pub(crate) use args::ListenArgs;
use delivery::Outcome;

/// How long SQS waits for a first message: Ctrl-C waits for it, so that nothing is received by nobody.
const WAIT: Duration = Duration::from_secs(2);
/// The visibility timeout of a received message. It is extended during a delivery.
const VISIBILITY: Duration = Duration::from_secs(30);
/// The pause after a call to SQS has failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Delivers until it is told to stop.
///
/// # Errors
/// A setting is wrong, or the queue cannot be used.
pub(crate) async fn run(args: ListenArgs) -> anyhow::Result<ExitCode> {
    output::report_bugs();
    let sources = Sources::read(args.env_file.as_deref())?;
    let address = Address::of("--forward-to", &args.forward_to)?;
    let target = Target::find(&sources, Some(&address), &args.trust)?;
    let Some(state) = target.state else { bail!("--forward-to: it must be an http or https URL") };
    let queue = Access::find(&sources).await.queue(&args.queue_url)?;
    let listener = Listener { queue, state, stop: Stop::listen_with_reader() };
    listener.introduce(&target.description).await?;
    listener.listen(args.once).await?;
    if listener.stop.has_no_reader() {
        return Err(Unwritable::closed().into());
    }
    Ok(ExitCode::SUCCESS)
}

struct Listener {
    queue: SqsQueue,
    state: State,
    stop: Stop,
}

impl Listener {
    /// Says what it is about to do, before it does it.
    async fn introduce(&self, description: &str) -> anyhow::Result<()> {
        let (url, attributes) = (self.queue.url(), self.queue.attributes().await?);
        output::print(format_args!("{BOLD}takes the events of{BOLD:#} {url} ({} wait now), and {description}", attributes.visible))?;
        output::print(format_args!(
            "{BAD}other consumers do not get these events:{BAD:#} use a queue that only you consume. An event is deleted once the handler answers 2xx; others stay in the queue and are retried. Ctrl-C stops it."
        ))?;
        if let Some(dead_letters) = attributes.dead_letter_queue {
            output::print(format_args!("an event that fails too often goes to {dead_letters}, by the queue's RedrivePolicy"))?;
        }
        Ok(())
    }

    /// # Errors
    /// The queue cannot be read at the start, or nobody reads what is shown.
    async fn listen(&self, once: bool) -> anyhow::Result<()> {
        let mut has_received = false;
        while !self.stop.is_told() {
            match self.queue.receive(10, VISIBILITY, WAIT).await {
                Ok(batch) if batch.is_empty() && once => break,
                Ok(batch) => {
                    has_received = true;
                    self.deliver(batch).await?;
                }
                Err(error) if !has_received => return Err(error),
                Err(error) => {
                    output::error(&error.context("tried again in a few seconds"));
                    let mut stop = self.stop.clone();
                    tokio::select! {
                        () = sleep(PAUSE) => {}
                        () = stop.told() => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Delivers a batch: what is of one group of a FIFO queue in its order, all else at once. Meanwhile all of it stays invisible.
    async fn deliver(&self, batch: Vec<Held>) -> anyhow::Result<()> {
        let mut lanes: Vec<(Option<String>, Vec<&Held>)> = Vec::new();
        for held in &batch {
            let group = held.message.group_id.clone().filter(|_| self.queue.is_fifo());
            match lanes.iter_mut().find(|(known, _)| known.is_some() && *known == group) {
                Some((_, lane)) => lane.push(held),
                None => lanes.push((group, vec![held])),
            }
        }
        let deliveries = join_all(lanes.iter().map(|(_, lane)| self.deliver_in_order(lane)));
        tokio::pin!(deliveries);
        let held: Vec<&Held> = batch.iter().collect();
        loop {
            tokio::select! {
                outcomes = &mut deliveries => return outcomes.into_iter().collect(),
                // Where that fails, an event may be delivered twice. What is deleted already stays so.
                () = sleep(VISIBILITY / 3) => drop(self.queue.hide(&held, VISIBILITY).await),
            }
        }
    }

    /// One after the other; the rest waits for one that has failed.
    async fn deliver_in_order(&self, lane: &[&Held]) -> anyhow::Result<()> {
        let mut failed = false;
        for held in lane {
            if failed || self.stop.is_told() {
                told(self.queue.give_back(&[held]).await);
                continue;
            }
            let started = Instant::now();
            let outcome = delivery::attempt(&self.state, held, self.stop.clone()).await;
            failed = !matches!(outcome, Outcome::Delivered);
            match &outcome {
                Outcome::Delivered => told(self.queue.delete(&[held]).await.map(drop)),
                Outcome::Failed(_, pause) => told(self.queue.hide(&[held], *pause).await),
                Outcome::Interrupted => told(self.queue.give_back(&[held]).await),
            }
            output::print(format_args!("{}", outcome.line(&held.message.summary(), started.elapsed())))?;
        }
        Ok(())
    }
}

/// Reports a failed call to SQS about one event. It does not end the command, since SQS delivers the event again.
fn told(outcome: anyhow::Result<()>) {
    if let Err(error) = outcome {
        output::error(&error.context("the event is received again in half a minute"));
    }
}
