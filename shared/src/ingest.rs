//! The one pipeline: from a request to an answer.
//!
//! There is one place that makes a 200, and it stands behind the queue's receipt.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::envelope::{Envelope, escaped_len};
use crate::event::{Event, Kind};
use crate::json;
use crate::problem::{Answer, Rejection};
use crate::provider::{About, Malformed, Provider};
use crate::queue::{Budget, Destination, MAX_BYTES, Message, NotQueued, Queue, Receipt};
use crate::received::{Received, Verified};
use crate::route;
use crate::secrets::{Current, Providers, RefreshFailure};
use crate::settings::{ACK_BUDGET_MS, SettingError, Settings};
use crate::shape::field_names;
use crate::timestamp::Timestamp;
use crate::verify::{Proof, Refusal};

/// Whether a path has to begin with a provider's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// It has to: several providers stand behind one address.
    Required,
    /// It may be missing, as behind a function URL.
    Optional,
}

/// Receives requests for some providers and puts their events into a queue.
pub struct Ingest<Q> {
    providers: Providers,
    queue: Q,
    prefix: Prefix,
    ack_budget: Option<Duration>,
}

/// What became of a request: the answer, and what a log may know.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What to answer.
    pub answer: Answer,
    /// Why it is no 200.
    pub rejection: Option<Rejection>,
    /// What is known of a request that proved itself.
    pub accepted: Accepted,
}

/// What is known of a request, more with every step it passes.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    /// The provider, by the path.
    pub provider: Option<&'static str>,
    /// The channel; only after the proof.
    pub channel: Option<String>,
    /// Which of the channel's keys matched.
    pub key_position: Option<usize>,
    /// The kind of the first event.
    pub kind: Option<Kind>,
    /// The field names of a body with an event of kind unknown.
    pub unknown_fields: Option<Vec<String>>,
    /// The ids of the events, in their order.
    pub event_ids: Vec<String>,
    /// Which queue took them.
    pub receipt: Option<Receipt>,
    /// The keyrings that could not be read again meanwhile.
    pub refresh_failures: Vec<RefreshFailure>,
}

impl<Q: Queue> Ingest<Q> {
    /// A pipeline of these providers into this queue.
    ///
    /// # Errors
    /// The ack budget is no number in range.
    pub fn new(providers: impl Into<Providers>, queue: Q, prefix: Prefix, settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { providers: providers.into(), queue, prefix, ack_budget: settings.millis(ACK_BUDGET_MS)? })
    }

    /// The queue behind the pipeline.
    pub fn queue(&self) -> &Q {
        &self.queue
    }

    /// Receives one request. The answer is a 200 only when a queue has every event of it.
    pub async fn receive(&self, request: &Received, started: Instant) -> Delivery {
        let mut accepted = Accepted::default();
        match self.accept(request, started, &mut accepted).await {
            Ok(answer) => Delivery { answer, rejection: None, accepted },
            Err(rejection) => Delivery { answer: rejection.answer(&request.request_id), rejection: Some(rejection), accepted },
        }
    }

    async fn accept(&self, request: &Received, started: Instant, accepted: &mut Accepted) -> Result<Answer, Rejection> {
        let providers = self.providers.current();
        let (place, channel) = self.route(&providers, &request.path).ok_or(Rejection::NotFound)?;
        let provider = providers[place].as_ref();
        let about = provider.about();
        accepted.provider = Some(about.name);
        if request.method != "POST" {
            return Err(Rejection::MethodNotAllowed);
        }
        if escaped_len(&request.body) > MAX_BYTES {
            return Err(Rejection::TooLarge);
        }
        let now = Timestamp::now();
        let budget = self.budget(about, started);
        let verify = |providers: &Current| providers[place].verify(request, channel.as_deref(), now);
        let proof = self.prove(verify, budget, accepted).await.map_err(|refusal| Rejection::Refused(refusal, about.challenge))?;
        accepted.key_position = proof.key_position();
        accepted.channel.clone_from(&channel);

        let verified = Verified::new(request, proof);
        let envelope = Envelope::new(about, &verified, channel.as_deref(), now);
        match events(provider, &verified, channel.as_deref(), accepted) {
            Ok(events) => {
                let messages = envelope.messages(events, None);
                self.enqueue(Destination::Main, &messages, budget, accepted).await?;
                Ok(Answer::queued(provider.reply()))
            }
            Err(malformed) => {
                let messages = envelope.messages(vec![Event::default()], Some(malformed.reason()));
                self.enqueue(Destination::Quarantine, &messages, budget, accepted).await?;
                Err(Rejection::Malformed(malformed))
            }
        }
    }

    /// Verifies by keyrings that are not old, and once more by new ones where they might let it pass.
    async fn prove(
        &self,
        verify: impl Fn(&Current) -> Result<Proof, Refusal>,
        budget: Budget,
        accepted: &mut Accepted,
    ) -> Result<Proof, Refusal> {
        // The enqueue keeps two thirds of the time.
        let limit = budget.length / 3;
        let fresh = self.providers.fresh(limit).await;
        accepted.refresh_failures = fresh.failures;
        let refusal = match verify(&fresh.providers) {
            Err(refusal) if refusal.depends_on_keys() && !fresh.tried => refusal,
            outcome => return outcome,
        };
        let newer = self.providers.newer(&fresh.providers, limit).await.ok_or(refusal)?;
        accepted.refresh_failures = newer.failures;
        verify(&newer.providers)
    }

    /// The place of a path's provider, and the channel in it.
    fn route(&self, providers: &Current, path: &str) -> Option<(usize, Option<String>)> {
        let segments = route::segments(path)?;
        let find = |find: &dyn Fn(&dyn Provider) -> Option<Option<String>>| {
            providers.iter().enumerate().find_map(|(place, provider)| Some((place, find(provider.as_ref())?)))
        };
        let named = find(&|provider| channel(provider, segments.strip_prefix(&[provider.about().name])?));
        named.or_else(|| match self.prefix {
            Prefix::Required => None,
            Prefix::Optional => find(&|provider| channel(provider, &segments)),
        })
    }

    fn budget(&self, about: &About, started: Instant) -> Budget {
        Budget { started, length: self.ack_budget.unwrap_or(about.ack_budget) }
    }

    async fn enqueue(&self, to: Destination, messages: &[Message], budget: Budget, accepted: &mut Accepted) -> Result<(), Rejection> {
        accepted.kind = messages.first().map(|message| message.kind);
        accepted.event_ids = messages.iter().map(|message| message.id.clone()).collect();
        if messages.iter().any(|message| message.size() > MAX_BYTES) {
            return Err(Rejection::TooLarge);
        }
        // The answer is due then even where a queue hangs.
        let outcome = timeout_at(budget.end(), self.queue.send(to, messages, budget)).await;
        let receipt = outcome.unwrap_or_else(|_| Err(NotQueued { code: "timeout".to_owned() })).map_err(Rejection::NotQueued)?;
        accepted.receipt = Some(receipt);
        Ok(())
    }
}

/// The channel in a path, its percent-encoding undone; none where the path is not the provider's.
fn channel(provider: &dyn Provider, segments: &[&str]) -> Option<Option<String>> {
    match provider.route(segments)? {
        Some(channel) => Some(Some(route::decode(channel)?)),
        None => Some(None),
    }
}

/// Parses a body that proved itself; at least one event comes out.
pub(crate) fn events(
    provider: &dyn Provider,
    verified: &Verified<'_>,
    channel: Option<&str>,
    accepted: &mut Accepted,
) -> Result<Vec<Event>, Malformed> {
    let text = json::decode(&verified.request().body).map_err(|_| Malformed::NotJson)?;
    let body = json::parse(&text).map_err(|_| Malformed::NotJson)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return Err(Malformed::Scalar);
    }
    let mut events = provider.events(&body, channel)?;
    if events.is_empty() {
        events.push(Event::default());
    }
    if events.iter().any(|event| event.kind == Kind::Unknown) {
        accepted.unknown_fields = Some(field_names(&body));
    }
    Ok(events)
}
