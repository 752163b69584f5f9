//! A receiver that is down, slow, busy and finally healthy, over hours of the queue's clock, while workers die:
//! nothing is lost, order is kept, and every receive is a delivery attempt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use testkit::wire::{Request, Response};
use testkit::{Arrival, FaultySqs, Function, Mapping, Queue, Receiver, Reply, TimedSqs, VISIBILITY_TIMEOUT};

use crate::line::queue_worker;
use crate::sender::{Platform, Sender, Sent};

const MINUTE: Duration = Duration::from_secs(60);
/// The `Retry-After` of a busy receiver.
const BUSY: Duration = Duration::from_secs(1500);
/// The longest delay in the retry schedule.
const LONGEST_PAUSE: Duration = Duration::from_secs(1080);

/// How the receiver handles every delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Down,
    Slow,
    Busy,
    Well,
}

impl Health {
    fn reply(self) -> Reply {
        match self {
            Self::Down => Reply::Reset,
            Self::Slow => Reply::Hang,
            Self::Busy => Reply::with(429, "retry-after", BUSY.as_secs().to_string()),
            Self::Well => Reply::Status(204),
        }
    }
}

/// A queue with events and its own clock, and a receiver.
pub(crate) struct Outage {
    pub(crate) timed: TimedSqs,
    pub(crate) sqs: FaultySqs,
    pub(crate) queue: Queue,
    pub(crate) dead: Queue,
    pub(crate) receiver: Receiver,
    pub(crate) health: Arc<Mutex<Health>>,
    pub(crate) sent: Vec<Sent>,
    /// How far the clock has advanced.
    pub(crate) now: Duration,
}

impl Outage {
    pub(crate) async fn start(is_fifo: bool, events: usize) -> Self {
        let timed = TimedSqs::start();
        let sqs = FaultySqs::start(&timed.sqs().endpoint()).await;
        let [queue, dead] = timed.sqs().create_queue_of_the_template("outage", is_fifo).await;
        let sender = Sender::start(Platform::Kommo, &sqs, &queue).await;
        let sent = sender.send(events).await;
        assert_eq!(sent.len(), events);
        let health = Arc::new(Mutex::new(Health::Down));
        let decide = Arc::clone(&health);
        let receiver = Receiver::start(move |_: &Request| decide.lock().unwrap().reply()).await;
        Self { timed, sqs, queue, dead, receiver, health, sent, now: Duration::ZERO }
    }

    pub(crate) async fn worker(&self) -> Function {
        queue_worker(&self.receiver, &self.sqs.queue_url(&self.queue)).await
    }

    pub(crate) fn set(&self, health: Health) {
        *self.health.lock().unwrap() = health;
    }

    /// Delivers everything visible and advances the clock, until `end` or until the queue is empty.
    pub(crate) async fn run_until(&mut self, end: Duration, mapping: &mut Mapping<'_>) {
        loop {
            while mapping.poll().await.is_some() {}
            if self.now >= end {
                return;
            }
            match self.timed.advance_for(&self.queue).await {
                Some(time) => self.now += time,
                None => return,
            }
        }
    }

    /// Checks that every event was accepted once, in the order of its conversation, and that every receive was an attempt.
    fn check(&self, mapping: &Mapping<'_>, is_fifo: bool) {
        let arrivals = self.receiver.arrivals();
        let mut taken: Vec<String> = arrivals.iter().filter(|arrival| arrival.is_taken()).map(platform_id).collect();
        if is_fifo {
            for conversation in self.sent.iter().map(|sent| &sent.conversation) {
                let of = |sent: &&Sent| sent.conversation == *conversation;
                let expected: Vec<&String> = self.sent.iter().filter(of).map(|sent| &sent.id).collect();
                let arrived: Vec<&String> = taken.iter().filter(|id| expected.contains(id)).collect();
                assert_eq!(arrived, expected, "{conversation}");
            }
        }
        taken.sort();
        let mut expected: Vec<String> = self.sent.iter().map(|sent| sent.id.clone()).collect();
        expected.sort();
        assert_eq!(taken, expected);
        let counts: HashMap<String, usize> = self.receiver.counts();
        for message in mapping.receives() {
            assert_eq!(counts.get(&message.event_id), Some(&message.times), "{message:?}: every receive is an attempt");
        }
    }
}

/// Returns the platform's ID of the delivered event.
pub(crate) fn platform_id(arrival: &Arrival) -> String {
    let event: Value = serde_json::from_slice(&arrival.request.body).expect("an event");
    event["data"]["message"]["id"].as_str().expect("an id").to_owned()
}

async fn outage(is_fifo: bool) {
    let mut outage = Outage::start(is_fifo, 18).await;
    let (first, second) = (outage.worker().await, outage.worker().await);
    let queue = outage.queue.clone();
    let batch_size = if is_fifo { 1 } else { 10 };
    // 1.5 seconds: a slow receiver must not slow down the test any further.
    let mut mapping = Mapping::faithful(&queue, &first).with_batch_size(batch_size).with_deadline(Duration::from_millis(1500));
    outage.run_until(16 * MINUTE, &mut mapping).await;
    let attempts = outage.receiver.counts().into_values().max().expect("attempts");
    assert!((6..=8).contains(&attempts), "{attempts} in 16 minutes");

    // A worker dies while it holds a batch.
    outage.set(Health::Slow);
    let before = outage.receiver.arrivals().len();
    let die = async |count: usize| {
        outage.receiver.received(before + count).await;
        first.kill();
    };
    while mapping.poll_and_die(&die).await.is_empty() {
        outage.now += outage.timed.advance_for(&outage.queue).await.expect("a message");
    }
    mapping.set_worker(&second);

    let until = outage.now + 2 * MINUTE;
    outage.run_until(until, &mut mapping).await;
    outage.set(Health::Busy);
    let until = outage.now + VISIBILITY_TIMEOUT + LONGEST_PAUSE;
    outage.run_until(until, &mut mapping).await;
    // The worker honors `Retry-After`: at most one attempt in that time.
    let busy =
        outage.receiver.arrivals().into_iter().filter(|arrival| matches!(arrival.reply, Reply::Response(Response { status: 429, .. })));
    let mut asked = HashMap::<String, usize>::new();
    busy.for_each(|arrival| *asked.entry(arrival.id().to_owned()).or_default() += 1);
    assert!(!asked.is_empty() && asked.values().all(|times| *times <= 2), "{asked:?}");

    outage.set(Health::Well);
    let well = outage.now;
    outage.run_until(well + 24 * 60 * MINUTE, &mut mapping).await;
    assert_eq!(outage.queue.counts().await, [0, 0]);
    assert!(outage.now - well <= BUSY + MINUTE, "everything delivered only {:?} after the receiver recovered", outage.now - well);
    assert!(outage.dead.receive_all().await.is_empty());
    outage.check(&mapping, is_fifo);
}

#[tokio::test]
async fn an_outage_loses_nothing_of_a_standard_queue() {
    outage(false).await;
}

#[tokio::test]
async fn an_outage_loses_neither_events_nor_order_of_a_fifo_queue() {
    outage(true).await;
}
