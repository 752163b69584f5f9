//! The pipeline of all functions with a queue that accepts everything and stores nothing.

use shared::http_event::HttpEvent;
use shared::ingest::Ingest;
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};
use shared::route::Prefix;
use shared::settings::Settings;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::case::endpoints;

/// A pipeline that verifies, parses and wraps the events that Lambda would hand over.
pub struct Pipeline {
    ingest: Ingest<Nowhere>,
    runtime: Runtime,
}

impl Pipeline {
    /// Creates the pipeline with the demo secrets.
    ///
    /// # Panics
    /// The secrets of `events/demo.env` are invalid.
    #[must_use]
    pub fn new() -> Self {
        let endpoints: Vec<_> = functions::PROVIDERS.iter().flat_map(|provider| endpoints(provider)).collect();
        let ingest = Ingest::new(endpoints, Nowhere, Prefix::Required, &Settings::new(|_| None)).expect("no settings");
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { ingest, runtime }
    }

    /// Handles one Lambda event, as a function does between the Runtime API and SQS, and returns the status of the response.
    ///
    /// # Panics
    /// `event` is not a Lambda event.
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
