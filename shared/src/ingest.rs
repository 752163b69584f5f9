//! The one pipeline: from a request to an answer.
//!
//! A POST is answered 200 in one place, after the queue's receipt.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::endpoint::Endpoint;
use crate::envelope::{Envelope, FITTING_BYTES, escaped_len};
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

/// Receives requests for some webhooks and puts their events into a queue.
pub struct Ingest<Q> {
    endpoints: Endpoints,
    queue: Q,
    prefix: Prefix,
    base_path: Option<String>,
    ack_budget: Option<Duration>,
}

/// What became of a request: the answer, and what a log may know.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The answer.
    pub answer: Answer,
    /// Why it is not a 200.
    pub rejection: Option<Rejection>,
    /// What is known of the request.
    pub details: Details,
}

/// What is known of a request: more with each step that it passes.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// The provider, by the path.
    pub provider: Option<&'static str>,
    /// The channel; only after the proof.
    pub channel: Option<String>,
    /// The index of the channel's secret that matched.
    pub key_position: Option<usize>,
    /// The kind of the first event.
    pub kind: Option<Kind>,
    /// The shape of a body with an event of kind `unknown`.
    pub shape: Option<Shape>,
    /// How many events are of kind `unknown`.
    pub unknown_events: usize,
    /// The ids of the events, in their order.
    pub event_ids: Vec<String>,
    /// Which queue took them.
    pub receipt: Option<Receipt>,
    /// The keyrings that could not be read again meanwhile.
    pub refresh_failures: Vec<RefreshFailure>,
}

impl<Q: Queue> Ingest<Q> {
    /// Returns a pipeline of these endpoints into this queue.
    ///
    /// # Errors
    /// The ack budget or the base path is wrong.
    pub fn new(endpoints: impl Into<Endpoints>, queue: Q, prefix: Prefix, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let (base_path, ack_budget) = (settings.base_path()?, settings.ack_budget()?);
        Ok(Self { endpoints: endpoints.into(), queue, prefix, base_path, ack_budget })
    }

    /// Returns the queue behind the pipeline.
    pub fn queue(&self) -> &Q {
        &self.queue
    }

    /// Receives one request. The answer is a 200 only when a queue has every event of it.
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
        if escaped_len(&request.body) > FITTING_BYTES {
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

    /// Verifies with keyrings that are not old, and once more with new ones where they might let it pass.
    async fn prove<'r>(
        &self,
        verify: impl Fn(&Current) -> Result<Verified<'r>, Refusal>,
        budget: Budget,
        details: &mut Details,
    ) -> Result<Verified<'r>, Refusal> {
        // The enqueue keeps two thirds of the time.
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
        // The answer is due at the budget's end even where a queue hangs.
        let outcome = timeout_at(budget.end(), self.queue.send(to, messages, budget)).await;
        let receipt = outcome.unwrap_or_else(|_| Err(NotQueued { code: "timeout".to_owned() })).map_err(Rejection::NotQueued)?;
        details.receipt = Some(receipt);
        Ok(())
    }
}
