//! What is new, as server-sent events. The file is the log: an event's id says how far the page has read,
//! and a page that comes back goes on from there.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;

use super::state::Inspector;
use crate::gateway::Fault;
use crate::history::{ListLine, attempts_since, bounds, fates};

/// How many lines one event may have.
const MOST: u32 = 500;

/// How far a page has read: the numbers of the last delivery and the last attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    delivery: i64,
    attempt: i64,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.delivery, self.attempt)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (delivery, attempt) = text.split_once('.').ok_or(())?;
        Ok(Self { delivery: delivery.parse().map_err(drop)?, attempt: attempt.parse().map_err(drop)? })
    }
}

/// A page that listens.
struct Listener {
    inspector: Arc<Inspector>,
    position: Position,
    oldest: i64,
    left_out: u64,
    changes: watch::Receiver<u64>,
    fault: watch::Receiver<Fault>,
    stopped: watch::Receiver<bool>,
    pending: VecDeque<Event>,
}

/// `hello` first; then `deliveries`, `attempts` (what became of deliveries that were tried), `oldest` (what is older is no longer
/// kept), `left_out` (how much could not be written) and `fault`.
pub(super) async fn stream(
    State(inspector): State<Arc<Inspector>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<Position>().ok());
    let (changes, fault, stopped) = (inspector.gateway.store.changes(), inspector.gateway.faults(), inspector.stopped.clone());
    let position = Position { delivery: 0, attempt: 0 };
    let mut listener = Listener { inspector, position, oldest: 0, left_out: 0, changes, fault, stopped, pending: VecDeque::new() };
    let greeted = listener.greet(last).await;
    Sse::new(unfold((listener, greeted.is_ok()), |(listener, goes_on)| async move {
        if goes_on { Some(listener.next().await?).map(|(event, listener)| (Ok(event), (listener, true))) } else { None }
    }))
    .keep_alive(KeepAlive::default())
}

impl Listener {
    /// Says where the page stands. One that read from another file begins anew.
    async fn greet(&mut self, last: Option<Position>) -> anyhow::Result<()> {
        let (oldest, delivery, attempt) = self.inspector.gateway.store.read(bounds).await?;
        let newest = Position { delivery, attempt };
        let resumed = last.filter(|last| last.delivery <= newest.delivery && last.attempt <= newest.attempt);
        (self.position, self.oldest) = (resumed.unwrap_or(newest), oldest);
        let fault = self.fault.borrow_and_update().name();
        self.left_out = self.inspector.gateway.store.left_out();
        self.push("hello", &json!({"resumed": resumed.is_some(), "newest": self.position.delivery, "oldest": oldest, "fault": fault, "left_out": self.left_out}));
        Ok(())
    }

    /// The next event; none where the program ends.
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some((event, self));
            }
            self.changes.borrow_and_update();
            self.read().await.ok()?;
            if !self.pending.is_empty() {
                continue;
            }
            let is_fault = tokio::select! {
                changed = self.changes.changed() => changed.map(|()| false),
                changed = self.fault.changed() => changed.map(|()| true),
                _ = self.stopped.wait_for(|stopped| *stopped) => return None,
            };
            if is_fault.ok()? {
                let fault = self.fault.borrow_and_update().name();
                self.push("fault", &fault);
            }
        }
    }

    /// Reads what was written since.
    async fn read(&mut self) -> anyhow::Result<()> {
        let Position { delivery, attempt } = self.position;
        let new = move |file: &Connection| {
            let attempts = attempts_since(file, attempt)?;
            let tried = fates(file, attempts.iter().filter_map(|(_, delivery)| *delivery).collect())?;
            Ok((ListLine::after(file, delivery, MOST)?, attempts.last().map(|(last, _)| *last), tried, bounds(file)?))
        };
        let (deliveries, last_attempt, tried, (oldest, ..)) = self.inspector.gateway.store.read(new).await?;
        if let Some(last) = deliveries.last() {
            self.position.delivery = last.number;
            self.push("deliveries", &deliveries);
        }
        if let Some(last) = last_attempt {
            self.position.attempt = last;
            self.push("attempts", &tried);
        }
        let left_out = self.inspector.gateway.store.left_out();
        if left_out != self.left_out {
            self.left_out = left_out;
            self.push("left_out", &left_out);
        }
        if oldest != self.oldest {
            self.oldest = oldest;
            self.push("oldest", &oldest);
        }
        Ok(())
    }

    fn push(&mut self, name: &str, data: &impl Serialize) {
        // Structs of numbers and strings always serialise, and JSON has no line ends.
        let data = serde_json::to_string(data).unwrap_or_default();
        self.pending.push_back(Event::default().event(name).id(self.position.to_string()).data(data));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_again() {
        let position = Position { delivery: 105, attempt: 33 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for text in ["", "1", "1.", ".1", "1.2.3", "a.b"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }
}
