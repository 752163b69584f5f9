//! A provider's pipeline inside the test process: from a request body to the events in the queue.

use std::sync::Mutex;

use shared::endpoint::Endpoint;
use shared::event::CloudEvent;
use shared::ingest::{Delivery, Ingest};
use shared::provider::Provider;
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};
use shared::received::Received;
use shared::route::{self, Prefix};
use shared::settings::Settings;

/// A secret that works both as a token and as a login.
const SECRET: &str = "user:s3cret";

/// A provider's pipeline with an in-memory queue.
pub struct Pipeline {
    endpoints: Vec<Endpoint>,
    ingest: Ingest<Memory>,
}

struct Memory {
    messages: Mutex<Vec<Message>>,
    is_ordered: bool,
}

impl Queue for Memory {
    fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    async fn send(&self, _to: Destination, messages: &[Message], _budget: Budget) -> Result<Receipt, NotQueued> {
        self.messages.lock().expect("no panic").extend_from_slice(messages);
        Ok(Receipt { queue: QueueName::Main })
    }
}

impl Pipeline {
    /// Returns the pipeline of a provider whose webhooks all have the same secret.
    ///
    /// # Panics
    /// If the provider needs settings other than its keyrings.
    #[must_use]
    pub fn new(provider: &'static Provider) -> Self {
        Self::with_queue(provider, false)
    }

    /// Like [`Pipeline::new`], with a queue that keeps the order within a conversation if `is_ordered`.
    ///
    /// # Panics
    /// Like [`Pipeline::new`].
    #[must_use]
    pub fn with_queue(provider: &'static Provider, is_ordered: bool) -> Self {
        let is_keyring = |name: &str| provider.webhooks.iter().any(|webhook| webhook.keyring == name);
        let settings = Settings::new(|name| is_keyring(name).then(|| SECRET.to_owned()));
        let endpoints = provider.endpoints(&settings).expect("endpoints");
        let queue = Memory { messages: Mutex::default(), is_ordered };
        let ingest = Ingest::new(endpoints.clone(), queue, Prefix::Required, &settings).expect("a pipeline");
        Self { endpoints, ingest }
    }

    /// Signs and receives a body at a path. Returns the delivery and the queued messages.
    ///
    /// # Panics
    /// If the path does not belong to the provider.
    pub fn receive(&self, path: &str, body: &[u8]) -> (Delivery, Vec<Message>) {
        let route = route::find(self.endpoints.iter().map(|endpoint| endpoint.webhook), path, Prefix::Required).expect("a path");
        let headers = self.endpoints[route.index].sign(route.channel.as_deref(), body).expect("a secret");
        let (method, request_id) = ("POST".to_owned(), "request-1".to_owned());
        let request = Received { method, path: path.to_owned(), headers, body: body.to_vec(), request_id, ..Received::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let delivery = runtime.block_on(self.ingest.receive(&request, tokio::time::Instant::now()));
        (delivery, std::mem::take(&mut *self.ingest.queue().messages.lock().expect("no panic")))
    }

    /// Returns the events of a body that must be queued.
    ///
    /// # Panics
    /// If the status is not 200.
    pub fn events(&self, path: &str, body: &[u8]) -> Vec<CloudEvent> {
        let (delivery, messages) = self.receive(path, body);
        assert_eq!(delivery.answer.status, 200, "{:?}", delivery.rejection);
        messages.iter().map(|message| serde_json::from_str(&message.body).expect("an event")).collect()
    }
}

/// Runs `work` on a new thread: a pipeline starts a runtime, which is impossible on a thread that drives another.
pub(crate) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
