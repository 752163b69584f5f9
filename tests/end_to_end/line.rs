//! The complete path from the senders to the receiver, and what must hold at its end.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::standard_webhooks::{signature, signatures};
use testkit::wire::Request;
use testkit::{Arrival, Fault, FaultySqs, Function, Mapping, Queue, Receiver, Reply, Sqs, binary};

use crate::chance::Chance;
use crate::sender::{Platform, Sender, Sent};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// How long a run can take.
const PATIENCE: Duration = Duration::from_secs(120);

/// All parts, running.
pub(crate) struct Line {
    fifo: bool,
    sqs: FaultySqs,
    queue: Queue,
    senders: [Sender; 2],
    worker: Function,
    receiver: Receiver,
}

impl Line {
    pub(crate) async fn start(fifo: bool) -> Self {
        let upstream = Sqs::start();
        let sqs = FaultySqs::start(&upstream.endpoint()).await;
        let queue = if fifo { upstream.create_fifo_queue("line").await } else { upstream.create_queue("line").await };
        let senders = [Sender::start(Platform::Kommo, &sqs, &queue).await, Sender::start(Platform::Kommunicate, &sqs, &queue).await];
        let receiver = Receiver::start(moody()).await;
        let worker = worker(&receiver).await;
        Self { fifo, sqs, queue, senders, worker, receiver }
    }

    /// Sends `count` messages through all parts and checks what arrived.
    pub(crate) async fn run(&self, count: usize) {
        let mut chance = Chance::of(if self.fifo { 7 } else { 11 });
        self.sqs.script((0..10 * count).map(|_| self.fault(&mut chance)));
        let mut mapping = Mapping::new(&self.queue, &self.worker);
        let is_sent = Mutex::new(false);
        let send = async {
            let (kommo, kommunicate) = tokio::join!(self.senders[0].send(count / 2), self.senders[1].send(count / 2));
            *is_sent.lock().unwrap() = true;
            [kommo, kommunicate].concat()
        };
        let consume = async {
            let start = Instant::now();
            loop {
                let is_last = *is_sent.lock().unwrap();
                match mapping.poll().await {
                    Some(_) => {}
                    None if is_last => break,
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
                assert!(start.elapsed() < PATIENCE, "the queue did not become empty within {PATIENCE:?}");
            }
        };
        let (acknowledged, ()) = tokio::join!(send, consume);
        self.check(count, &acknowledged, &mapping);
    }

    /// Returns the fault for one request to SQS.
    fn fault(&self, chance: &mut Chance) -> Fault {
        match chance.below(100) {
            0..3 => Fault::Reset,
            3..6 => Fault::Close,
            6..9 => Fault::LoseAnswer,
            9..12 => Fault::InternalError,
            12..15 => Fault::Unavailable,
            15..18 => Fault::Throttle,
            18..20 => Fault::WrongMd5,
            20..22 => Fault::EmptyJson,
            22..24 => Fault::Garbage,
            24..27 => Fault::CloseAfterAnswer,
            27..30 => Fault::RejectEntries { positions: vec![1], sender_fault: false },
            30 => Fault::Hang,
            31 => Fault::Delay(Duration::from_millis(200)),
            // Permanently refused, so the function returns 503 immediately.
            32 => Fault::Deny,
            _ => Fault::Pass,
        }
    }

    fn check(&self, count: usize, acknowledged: &[Sent], mapping: &Mapping<'_>) {
        let arrivals = self.receiver.arrivals();
        for arrival in &arrivals {
            assert_eq!(signatures(&arrival.request), [signature(SECRET, &arrival.request)]);
            assert_eq!(arrival.id(), event(arrival)["id"]);
        }
        let taken: Vec<Value> = arrivals.iter().filter(|arrival| arrival.is_taken()).map(event).collect();
        // The index of the first arrival, by the platform's message ID.
        let mut first = HashMap::new();
        for (index, event) in taken.iter().enumerate() {
            first.entry(event["data"]["message"]["id"].as_str().expect("an id")).or_insert(index);
        }
        let lost: Vec<_> = acknowledged.iter().filter(|sent| !first.contains_key(sent.id.as_str())).collect();
        assert!(lost.is_empty(), "acknowledged but never delivered: {lost:?}");
        assert!(acknowledged.len() > count * 9 / 10, "{} of {count} acknowledged", acknowledged.len());

        self.check_repetitions(&arrivals, mapping);
        if self.fifo {
            let mut last = HashMap::new();
            for sent in acknowledged {
                let index = first[sent.id.as_str()];
                let before = last.insert(&sent.conversation, index);
                assert!(before.is_none_or(|before| before < index), "{sent:?} has overtaken another message in its conversation");
            }
        }
        let faults = self.sqs.requests().iter().filter(|request| request.fault != Fault::Pass).count();
        let refused = arrivals.len() - taken.len();
        assert!(faults > count / 10 && refused > count / 10, "{faults} faults at SQS, {refused} at the receiver");
    }

    /// Checks that no event was delivered more often than it was handed to the worker, and that it was handed over more
    /// than once only after a failure or because the function had sent it more than once.
    fn check_repetitions(&self, arrivals: &[Arrival], mapping: &Mapping<'_>) {
        let mut sent = HashMap::<String, usize>::new();
        for request in self.sqs.requests() {
            let single = [request.input.clone()];
            for entry in request.input["Entries"].as_array().map_or(&single[..], Vec::as_slice) {
                let event: Value = serde_json::from_str(entry["MessageBody"].as_str().expect("a body")).expect("an event");
                *sent.entry(event["id"].as_str().expect("an id").to_owned()).or_default() += 1;
            }
        }
        let mut refused = HashMap::<&str, usize>::new();
        for arrival in arrivals.iter().filter(|arrival| !arrival.is_taken()) {
            *refused.entry(arrival.id()).or_default() += 1;
        }
        let mut messages = HashMap::<&str, usize>::new();
        let mut handed_over = HashMap::<&str, usize>::new();
        for message in mapping.receives() {
            *messages.entry(&message.event_id).or_default() += 1;
            *handed_over.entry(&message.event_id).or_default() += message.times;
        }
        for (id, times) in self.receiver.counts() {
            let (sent, messages, handed_over) = (sent[&id], messages[id.as_str()], handed_over[id.as_str()]);
            let refused = refused.get(id.as_str()).copied().unwrap_or_default();
            assert!(messages <= sent, "{id}: {messages} messages, sent {sent} times");
            assert!(times <= handed_over, "{id}: delivered {times} times, handed over {handed_over} times");
            // Each message is accepted once; every other delivery was refused.
            assert!(times - refused <= messages, "{id}: accepted {} times, from {messages} messages", times - refused);
        }
    }
}

/// Starts a worker that delivers to a receiver.
pub(crate) async fn worker(receiver: &Receiver) -> Function {
    let settings = [("DELIVERY_URL", receiver.url()), ("DELIVERY_SECRET", SECRET.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    Function::start(&binary("worker"), &settings).await
}

/// Starts a worker that also changes the visibility of failed messages in its queue.
pub(crate) async fn queue_worker(receiver: &Receiver, queue_url: &str) -> Function {
    let url = receiver.url();
    Function::start(&binary("worker"), &[("DELIVERY_URL", &url), ("DELIVERY_SECRET", SECRET), ("QUEUE_URL", queue_url)]).await
}

/// Returns a receiver that refuses now and then but eventually accepts, depending on the event and
/// on how often it has arrived.
fn moody() -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    let seen = Mutex::new(HashMap::<String, usize>::new());
    move |request| {
        let id = request.header("webhook-id").to_owned();
        let mut seen = seen.lock().unwrap();
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        match Chance::named(&id, *times).below(100) {
            0..8 => Reply::Status(500),
            8..12 => Reply::Status(429),
            12..14 => Reply::Redirect(302, "/elsewhere".to_owned()),
            14..17 => Reply::Reset,
            17..20 => Reply::Close,
            20..23 => Reply::CloseAfterAnswer,
            _ => Reply::Status(204),
        }
    }
}

fn event(arrival: &Arrival) -> Value {
    serde_json::from_slice(&arrival.request.body).expect("an event")
}
