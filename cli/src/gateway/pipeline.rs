//! The pipeline, which shows and stores each delivery.

use std::sync::Arc;

use shared::ingest::{Delivery, Details, Ingest};
use shared::problem::{Answer, Rejection};
use shared::received::Received;
use shared::timestamp::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::arrows;
use super::fault::Fault;
use super::local_queue::{LocalQueue, Sent, recording};
use crate::endpoints::Endpoints;
use crate::history::{Record, Store};
use crate::terminal::output::{self, BAD, GOOD, clock};

/// The largest body that Lambda accepts.
pub(super) const MAX_BODY: usize = 6 * 1024 * 1024;

/// The pipeline, its endpoints, and the history.
pub(crate) struct Gateway {
    /// The pipeline.
    pub(crate) ingest: Ingest<LocalQueue>,
    /// Its endpoints, to explain refusals and to sign requests.
    pub(crate) endpoints: Endpoints,
    /// The inspector's history.
    pub(crate) store: Arc<Store>,
}

impl Gateway {
    /// Sends a request through the pipeline, and shows and stores the delivery. Returns the response, and a channel that receives the
    /// delivery's number once the delivery is stored. `bytes` is the length of the body, even if the body was dropped.
    pub(crate) async fn deliver(&self, request: Received, bytes: usize, replay_of: Option<i64>) -> (Answer, oneshot::Receiver<i64>) {
        let (received_at, started) = (Timestamp::now().millis(), Instant::now());
        let (delivery, Sent { events, messages }) = match bytes {
            0..=MAX_BODY => recording(self.ingest.receive(&request, started)).await,
            _ => (too_large(&request), Sent::default()),
        };
        let took = started.elapsed();
        let found = self.endpoints.of_path(&request.path);
        let [arrived, answered] = arrows::lines(bytes, took, &delivery, found.as_ref().map(|(endpoint, _)| *endpoint));
        let sender = found.map(|(endpoint, channel)| (endpoint.provider.name, channel));
        output::line(format_args!("{} {arrived}\n{} {answered}", clock(received_at), clock(Timestamp::now().millis())));
        let answer = delivery.answer.clone();
        let record = Record { request, bytes, received_at, took, sender, delivery, events, messages, replay_of };
        (answer, self.store.record(record))
    }

    /// Sets the simulated fault of the queue, and shows it in the terminal.
    pub(crate) fn fail(&self, fault: Fault) {
        self.ingest.queue().fault.send_replace(fault);
        let style = if fault == Fault::Off { GOOD } else { BAD };
        output::line(format_args!("{} {style}from now on {}{style:#}", clock(Timestamp::now().millis()), fault.effect()));
    }

    /// Returns a channel with the current fault.
    pub(crate) fn faults(&self) -> watch::Receiver<Fault> {
        self.ingest.queue().fault.subscribe()
    }
}

fn too_large(request: &Received) -> Delivery {
    Delivery { answer: Rejection::TooLarge.answer(&request.request_id), rejection: Some(Rejection::TooLarge), details: Details::default() }
}
