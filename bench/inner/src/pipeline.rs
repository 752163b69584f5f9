//! The pipeline of all functions over a queue that takes everything and keeps nothing.

use shared::http_event::HttpEvent;
use shared::ingest::Ingest;
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};
use shared::route::Prefix;
use shared::settings::Settings;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::case::endpoints;

/// Verifies, parses and wraps what Lambda would hand over.
pub struct Pipeline {
    ingest: Ingest<Nowhere>,
    runtime: Runtime,
}

impl Pipeline {
    /// The pipeline with the demo secrets.
    ///
    /// # Panics
    /// Those of `events/demo.env` are refused.
    #[must_use]
    pub fn new() -> Self {
        let endpoints: Vec<_> = functions::PROVIDERS.iter().flat_map(|provider| endpoints(provider)).collect();
        let ingest = Ingest::new(endpoints, Nowhere, Prefix::Required, &Settings::new(|_| None)).expect("no settings");
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { ingest, runtime }
    }

    /// Takes one Lambda event, as a function does between the Runtime API and SQS. Returns the status of the answer.
    ///
    /// # Panics
    /// It is not a Lambda event.
    pub fn receive(&self, event: &[u8]) -> u16 {
        let event: HttpEvent = serde_json::from_slice(event).expect("a Lambda event");
        let request = event.into_received(String::new(), None);
        self.runtime.block_on(self.ingest.receive(&request, Instant::now())).answer.status
    }
}

impl Default for Pipeline {
    fn default() -> Self {
        Self::new()
    }
}

struct Nowhere;

impl Queue for Nowhere {
    fn is_ordered(&self) -> bool {
        false
    }

    async fn send(&self, _: Destination, messages: &[Message], _: Budget) -> Result<Receipt, NotQueued> {
        std::hint::black_box(messages);
        Ok(Receipt { queue: QueueName::Main })
    }
}
