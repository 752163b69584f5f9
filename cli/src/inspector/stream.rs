//! The stream of what is new, as server-sent events. An event's id is the page's position in the history, from which the stream
//! resumes when the page reconnects.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use super::state::Inspector;
use crate::gateway::Fault;
use crate::history::{ListLine, bounds, changes_since, fates};

/// The maximum number of deliveries in one event.
const MAX_DELIVERIES: u32 = 500;

/// The pause between reads while this process changes nothing. Another process, such as `redrive`, can change the file.
const PAUSE: Duration = Duration::from_secs(1);

/// The position of a page: the numbers of the last delivery and of the last change that it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    delivery: i64,
    change: i64,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.delivery, self.change)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (delivery, change) = text.split_once('.').ok_or(())?;
        Ok(Self { delivery: delivery.parse().map_err(drop)?, change: change.parse().map_err(drop)? })
    }
}

/// A page that reads the stream.
struct Listener {
    inspector: Arc<Inspector>,
    position: Position,
    oldest: i64,
    left_out: u64,
    changes: watch::Receiver<u64>,
    fault: Option<watch::Receiver<Fault>>,
    stopped: watch::Receiver<bool>,
    pending: VecDeque<Event>,
}

/// Sends `hello` first; then `deliveries`, `states` (of deliveries that changed), `oldest` (the number of the oldest delivery that is
/// kept), `left_out` (how many entries could not be stored) and `fault`.
pub(super) async fn stream(
    State(inspector): State<Arc<Inspector>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<Position>().ok());
    let (changes, stopped) = (inspector.store.changes(), inspector.stopped.clone());
    let fault = inspector.requests().ok().map(|requests| requests.gateway.faults());
    let position = Position { delivery: 0, change: 0 };
    let mut listener = Listener { inspector, position, oldest: 0, left_out: 0, changes, fault, stopped, pending: VecDeque::new() };
    let greeted = listener.greet(last).await;
    Sse::new(unfold((listener, greeted.is_ok()), |(listener, goes_on)| async move {
        if goes_on { Some(listener.next().await?).map(|(event, listener)| (Ok(event), (listener, true))) } else { None }
    }))
    .keep_alive(KeepAlive::default())
}

impl Listener {
    /// Sends the page its position. If the page's own position is in another file, the page starts anew.
    async fn greet(&mut self, last: Option<Position>) -> anyhow::Result<()> {
        let (oldest, delivery, change) = self.inspector.store.read(bounds).await?;
        let newest = Position { delivery, change };
        let resumed = last.filter(|last| last.delivery <= newest.delivery && last.change <= newest.change);
        (self.position, self.oldest) = (resumed.unwrap_or(newest), oldest);
        let fault = self.fault.as_mut().map_or(Fault::Off, |fault| *fault.borrow_and_update()).name();
        self.left_out = self.inspector.store.left_out();
        self.push("hello", &json!({"resumed": resumed.is_some(), "newest": self.position.delivery, "oldest": oldest, "fault": fault, "left_out": self.left_out}));
        Ok(())
    }

    /// Returns the next event, or `None` if the command ends or the history cannot be read.
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
            let fault = tokio::select! {
                changed = self.changes.changed() => changed.map(|()| None),
                fault = changed(self.fault.as_mut()) => fault.map(Some),
                () = sleep(PAUSE) => Ok(None),
                _ = self.stopped.wait_for(|stopped| *stopped) => return None,
            };
            if let Some(fault) = fault.ok()? {
                self.push("fault", &fault.name());
            }
        }
    }

    /// Reads what is new.
    async fn read(&mut self) -> anyhow::Result<()> {
        let Position { delivery, change } = self.position;
        let new = move |file: &Connection| {
            let changes = changes_since(file, change)?;
            let states = fates(file, changes.iter().filter_map(|(_, delivery)| *delivery).collect())?;
            Ok((ListLine::after(file, delivery, MAX_DELIVERIES)?, changes.last().map(|(last, _)| *last), states, bounds(file)?))
        };
        let (deliveries, last_change, states, (oldest, ..)) = self.inspector.store.read(new).await?;
        if let Some(last) = deliveries.last() {
            self.position.delivery = last.number;
            self.push("deliveries", &deliveries);
        }
        if let Some(last) = last_change {
            self.position.change = last;
            // A message is in the queue before its delivery is in the history.
            if !states.is_empty() {
                self.push("states", &states);
            }
        }
        let left_out = self.inspector.store.left_out();
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
        // Structs of numbers and strings always serialize, and JSON has no line feeds.
        let data = serde_json::to_string(data).unwrap_or_default();
        self.pending.push_back(Event::default().event(name).id(self.position.to_string()).data(data));
    }
}

/// Waits for a change of the simulated fault, or forever without a gateway.
async fn changed(fault: Option<&mut watch::Receiver<Fault>>) -> Result<Fault, watch::error::RecvError> {
    match fault {
        Some(fault) => fault.changed().await.map(|()| *fault.borrow_and_update()),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_parsed() {
        let position = Position { delivery: 105, change: 33 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for text in ["", "1", "1.", ".1", "1.2.3", "a.b"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }
}
