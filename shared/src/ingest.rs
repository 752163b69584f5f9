//! The ingest pipeline: from a request to a response.
//!
//! A POST gets a 200 in only one place, after the queue's receipt.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::endpoint::Endpoint;
use crate::envelope::{Envelope, is_fitting};
use crate::event::Kind;
use crate::parse::{self, Parsed};
use crate::problem::{Answer, Rejection};
use crate::queue::{Budget, Destination, Message, NotQueued, Queue, Receipt};
use crate::received::Received;
use crate::route::{self, Prefix};
use crate::secrets::{Current, Endpoints, RefreshFailure};
use crate::settings::{SettingError, Settings};
use crate::shape::Shape;
use crate::timestamp::Timestamp;
use crate::verify::{Refusal, Verified};

/// The pipeline: receives requests for a set of webhooks and puts their events into a queue.
pub struct Ingest<Q> {
    endpoints: Endpoints,
    queue: Q,
    prefix: Prefix,
    base_path: Option<String>,
    ack_budget: Option<Duration>,
}

/// The outcome of a request: the response, and what may be logged about it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The response.
    pub answer: Answer,
    /// Why the response is not a 200.
    pub rejection: Option<Rejection>,
    /// What is known about the request.
    pub details: Details,
}

/// What is known about a request. Each step of the pipeline adds to it.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// The provider, according to the path.
    pub provider: Option<&'static str>,
    /// The channel. Set only after the proof.
    pub channel: Option<String>,
    /// The index of the channel's secret that matched.
    pub key_position: Option<usize>,
    /// The kind of the first event.
    pub kind: Option<Kind>,
    /// The shape of the body, if an event is of kind `unknown`.
    pub shape: Option<Shape>,
    /// The number of events of kind `unknown`.
    pub unknown_events: usize,
    /// The ids of the events, in order.
    pub event_ids: Vec<String>,
    /// The receipt of the queue.
    pub receipt: Option<Receipt>,
    /// The keyrings that could not be refreshed during the request.
    pub refresh_failures: Vec<RefreshFailure>,
}

impl<Q: Queue> Ingest<Q> {
    /// Returns a pipeline from these endpoints to this queue.
    ///
    /// # Errors
    /// The ack budget or the base path is invalid.
    pub fn new(endpoints: impl Into<Endpoints>, queue: Q, prefix: Prefix, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let (base_path, ack_budget) = (settings.base_path()?, settings.ack_budget()?);
        Ok(Self { endpoints: endpoints.into(), queue, prefix, base_path, ack_budget })
    }

    /// Returns the pipeline's queue.
    pub fn queue(&self) -> &Q {
        &self.queue
    }

    /// Receives one request. The response to a POST is a 200 only if queues have acknowledged all of its events.
    pub async fn receive(&self, request: &Received, started: Instant) -> Delivery {
        let mut details = Details::default();
        match self.accept(request, started, &mut details).await {
            Ok(answer) => Delivery { answer, rejection: None, details },
            Err(rejection) => Delivery { answer: rejection.answer(&request.request_id), rejection: Some(rejection), details },
        }
    }

    async fn accept(&self, request: &Received, started: Instant, details: &mut Details) -> Result<Answer, Rejection> {
        let endpoints = self.endpoints.current();
        let path = route::without_base(&request.path, self.base_path.as_deref());
        let route = route::find(endpoints.iter().map(|endpoint| endpoint.webhook), path, self.prefix).ok_or(Rejection::NotFound)?;
        let Endpoint { provider, webhook, .. } = endpoints[route.index];
        let channel = route.channel.as_deref();
        details.provider = Some(provider.name);
        if request.method != "POST" {
            let challenge = endpoints[route.index].shake_hands(request, channel);
            return challenge.map(Answer::challenge).ok_or(Rejection::MethodNotAllowed);
        }
        if !is_fitting(&request.body) {
            return Err(Rejection::TooLarge);
        }
        let now = Timestamp::now();
        let budget = Budget { started, length: self.ack_budget.unwrap_or(webhook.ack_budget) };
        let verify = |endpoints: &Current| endpoints[route.index].verify(request, channel, now);
        let verified = self.prove(verify, budget, details).await;
        let verified = verified.map_err(|refusal| Rejection::Refused(refusal, webhook.scheme.challenge()))?;
        details.key_position = verified.key_position();
        details.channel.clone_from(&route.channel);

        let envelope = Envelope::new(provider, &verified, channel, now);
        match parse::parse(webhook.parse, &verified.request().body, channel) {
            Ok(Parsed { document, events }) => {
                let messages = envelope.messages(&document, events, self.queue.is_ordered()).map_err(|_| Rejection::TooLarge)?;
                details.unknown_events = messages.iter().filter(|message| message.kind == Kind::Unknown).count();
                details.shape = (details.unknown_events > 0).then(|| Shape::of(document.root(), provider.vocabulary));
                self.enqueue(Destination::Main, &messages, budget, details).await?;
                Ok(Answer::queued(endpoints[route.index].reply()))
            }
            Err(malformed) => {
                let messages = envelope.quarantined(malformed).map_err(|_| Rejection::TooLarge)?;
                self.enqueue(Destination::Quarantine, &messages, budget, details).await?;
                Err(Rejection::Malformed(malformed))
            }
        }
    }

    /// Verifies with keyrings that are not too old. If that fails and newer secrets might help, refreshes and retries once.
    async fn prove<'r>(
        &self,
        verify: impl Fn(&Current) -> Result<Verified<'r>, Refusal>,
        budget: Budget,
        details: &mut Details,
    ) -> Result<Verified<'r>, Refusal> {
        // Two thirds of the budget remain for the enqueue.
        let limit = budget.length / 3;
        let fresh = self.endpoints.fresh(limit).await;
        details.refresh_failures = fresh.failures;
        let refusal = match verify(&fresh.current) {
            Err(refusal) if refusal.depends_on_keys() && !fresh.tried => refusal,
            outcome => return outcome,
        };
        let newer = self.endpoints.newer(&fresh.current, limit).await.ok_or(refusal)?;
        details.refresh_failures = newer.failures;
        verify(&newer.current)
    }

    async fn enqueue(&self, to: Destination, messages: &[Message], budget: Budget, details: &mut Details) -> Result<(), Rejection> {
        details.kind = messages.first().map(|message| message.kind);
        details.event_ids = messages.iter().map(|message| message.id.clone()).collect();
        // The response is due at the end of the budget, even if a queue hangs.
        let outcome = timeout_at(budget.end(), self.queue.send(to, messages, budget)).await;
        let receipt = outcome.unwrap_or_else(|_| Err(NotQueued { code: "timeout".to_owned() })).map_err(Rejection::NotQueued)?;
        details.receipt = Some(receipt);
        Ok(())
    }
}
