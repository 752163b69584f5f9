//! The loop of `listen`, which receives a batch, delivers it, and deletes what was delivered.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use futures_util::future::join_all;
use shared::timestamp::Timestamp;
use tokio::time::{Instant, sleep, timeout};
use worker::handle::Reason;

use super::delivery::{self, TIME_LIMIT};
use crate::delivery::{Handler, Outcome};
use crate::history::{Attempt, SqsMessage, Store};
use crate::queue::sqlite::{Failure, ReceiptHandle, Settlement};
use crate::queue::sqs::{Held, SqsQueue};
use crate::terminal::Stop;
use crate::terminal::output;

/// How long a receive waits for the first message. Ctrl-C does not interrupt it, so that no received message is dropped.
const WAIT: Duration = Duration::from_secs(2);
/// The pause after a call to SQS has failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Delivers the events of a queue.
pub(super) struct Listener {
    pub(super) queue: SqsQueue,
    /// How many times a message is received before SQS moves it to the dead-letter queue.
    pub(super) max_receives: Option<u32>,
    /// The visibility timeout of a received message. It is extended until the delivery has ended.
    pub(super) visibility: Duration,
    pub(super) handler: Arc<Handler>,
    pub(super) store: Arc<Store>,
    pub(super) stop: Stop,
}

/// A message of a batch.
struct Message {
    held: Held,
    /// The receipt handle of its copy in the history. `None` if the history left it out.
    copy: Option<ReceiptHandle>,
    has_ended: Cell<bool>,
}

impl Listener {
    /// Delivers until the command is stopped, or with `once` until the queue is empty.
    ///
    /// # Errors
    /// The first call to the queue failed, or standard output cannot be written.
    pub(super) async fn listen(&self, once: bool) -> anyhow::Result<()> {
        let mut has_received = false;
        while !self.stop.is_told() {
            match self.queue.receive(10, self.visibility, WAIT).await {
                Ok(batch) if batch.is_empty() && once => break,
                Ok(batch) => {
                    has_received = true;
                    self.deliver(batch).await?;
                }
                Err(error) if !has_received => return Err(error),
                Err(error) => {
                    output::error(&error.context("retry in a few seconds"));
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

    /// Delivers a batch: the messages of a FIFO group in order, all others concurrently. Each message stays invisible until its
    /// delivery has ended.
    async fn deliver(&self, batch: Vec<Held>) -> anyhow::Result<()> {
        let batch = join_all(batch.into_iter().map(|held| async {
            let (queue, id, body) = (self.queue.url().to_owned(), held.message_id.clone(), held.message.body.clone());
            let stored = self.store.received(SqsMessage { queue, id, sent_at: held.sent_at, receives: held.receives, body });
            // Deliveries do not depend on the history.
            let copy = timeout(self.visibility / 4, stored).await.ok().flatten();
            Message { held, copy, has_ended: Cell::new(false) }
        }))
        .await;
        let mut lanes: Vec<(Option<String>, Vec<&Message>)> = Vec::new();
        for message in &batch {
            let group = message.held.message.group_id.clone().filter(|_| self.queue.is_fifo());
            match lanes.iter_mut().find(|(known, _)| known.is_some() && *known == group) {
                Some((_, lane)) => lane.push(message),
                None => lanes.push((group, vec![message])),
            }
        }
        let deliveries = join_all(lanes.iter().map(|(_, lane)| self.deliver_in_order(lane)));
        tokio::pin!(deliveries);
        loop {
            tokio::select! {
                outcomes = &mut deliveries => return outcomes.into_iter().collect(),
                () = sleep(self.visibility / 3) => {
                    let held: Vec<&Held> = batch.iter().filter(|message| !message.has_ended.get()).map(|message| &message.held).collect();
                    // If this fails, an event can be delivered twice.
                    let _ = self.queue.hide(&held, self.visibility).await;
                }
            }
        }
    }

    /// Delivers messages one after the other. While an event waits for a retry, the rest is returned to the queue.
    async fn deliver_in_order(&self, lane: &[&Message]) -> anyhow::Result<()> {
        let mut is_blocked = false;
        for message in lane {
            if is_blocked || self.stop.is_told() {
                self.return_unattempted(message).await?;
            } else {
                is_blocked = self.deliver_one(message).await?;
            }
        }
        Ok(())
    }

    /// Returns a message to the queue. SQS has counted the receipt, so this can be the end of the message.
    async fn return_unattempted(&self, Message { held, copy, has_ended }: &Message) -> anyhow::Result<()> {
        has_ended.set(true);
        report(self.queue.give_back(&[held]).await);
        if !delivery::is_last(held, self.max_receives) {
            return Ok(());
        }
        let (settlement, summary) = (Settlement::Dead(delivery::unattempted()), held.message.summary());
        if let Some(copy) = copy {
            let attempt = Attempt::new(copy.number, summary.id.clone(), Duration::ZERO, "dead", &settlement, None);
            self.store.ended(attempt, *copy, settlement);
        }
        output::print(format_args!("{}", delivery::line_unattempted(&summary)))?;
        Ok(())
    }

    /// Delivers a message once. Returns whether the messages after it in its group have to wait. As in the deployed worker, they do not
    /// wait for a message that is not an event.
    async fn deliver_one(&self, Message { held, copy, has_ended }: &Message) -> anyhow::Result<bool> {
        let started = Instant::now();
        if let Some(copy) = copy {
            let latest = TIME_LIMIT * 2;
            self.store.began(*copy, Timestamp::now().millis() + i64::try_from(latest.as_millis()).unwrap_or(0));
        }
        let (outcome, pause, answer) = delivery::attempt(&self.handler, held, self.max_receives, self.stop.clone()).await;
        let took = started.elapsed();
        has_ended.set(true);
        let settled = match &outcome {
            Outcome::Delivered => self.delete(held).await,
            Outcome::Failed(..) | Outcome::Dead(_) => self.queue.hide(&[held], pause).await,
            Outcome::Interrupted => self.queue.give_back(&[held]).await,
        };
        let (is_settled, is_last) = (settled.is_ok(), delivery::is_last(held, self.max_receives));
        let settlement = match &settled {
            Err(error) if matches!(outcome, Outcome::Delivered) => {
                Settlement::Again(self.visibility, Failure { cause: "not_deleted", error: format!("{error:#}"), status: None })
            }
            _ if is_last && matches!(outcome, Outcome::Interrupted) => Settlement::Dead(delivery::interrupted()),
            _ => outcome.settlement(),
        };
        report(settled);
        let summary = held.message.summary();
        if let Some(copy) = copy {
            let attempt = Attempt::new(copy.number, summary.id.clone(), took, outcome.name(), &settlement, answer);
            self.store.ended(attempt, *copy, settlement);
        }
        output::print(format_args!("{}", delivery::line(&outcome, is_settled, is_last, &summary, took)))?;
        Ok(match outcome {
            Outcome::Failed(error, _) => error.reason() != Reason::Invalid,
            Outcome::Interrupted => true,
            Outcome::Delivered | Outcome::Dead(_) => false,
        })
    }

    async fn delete(&self, held: &Held) -> anyhow::Result<()> {
        if !self.queue.delete(&[held]).await?.is_empty() {
            bail!("SQS did not delete a message that was delivered");
        }
        Ok(())
    }
}

/// Reports a failed call to SQS about one message. The command continues, because SQS redelivers the message.
fn report(outcome: anyhow::Result<()>) {
    if let Err(error) = outcome {
        output::error(&error.context("SQS redelivers the event when its visibility timeout ends"));
    }
}
