//! One cell of the matrix: one sender, one kind of trouble, one request.

use std::time::Duration;

use serde_json::json;

use crate::kept::Kept;
use crate::place::{Place, Setup};
use crate::role::Role;
use crate::trouble::Trouble;

/// How long after the budget a response is still in time.
const GRACE: Duration = Duration::from_millis(500);

/// One cell.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) role: Role,
    pub(crate) trouble: Trouble,
    /// Whether the trouble lasts, or affects only one request.
    pub(crate) lasting: bool,
    pub(crate) fallback: bool,
}

impl Cell {
    /// Sends a request through the trouble, checks what must hold in every cell, and returns the outcome as a word.
    ///
    /// # Panics
    /// If the response is late, or is a 200 although not every event is in a queue.
    pub(crate) async fn measure(&self) -> &'static str {
        if self.trouble.needs_batch() && self.role.events == 1 {
            return "–";
        }
        // If a 200 is possible, the budget allows for a loaded machine; otherwise it is short.
        let is_hopeless = self.lasting && !self.fallback && !self.trouble.may_be_answered();
        let budget_ms = if is_hopeless { 900 } else { 3000 };
        let setup = Setup { budget_ms: Some(budget_ms), fallback: self.fallback, fifo: false };
        let place = Place::start(&self.role, setup).await;
        let (main, fallback) = (&place.main, &place.fallback);
        let sample = self.role.sample();

        if self.lasting {
            self.trouble.last(&main.sqs).await;
        } else {
            self.trouble.pass(&main.sqs).await;
        }
        let answer = place.function.invoke_http(&sample.event);
        let answer = if self.lasting { answer.await } else { tokio::join!(answer, self.trouble.end(&main.sqs)).0 };
        let budget = Duration::from_millis(budget_ms);
        assert!(answer.duration <= budget + GRACE, "{self:?}: {:?}", answer.duration);

        // Events that the endpoint has accepted might not be in the queue yet.
        let sent = if self.lasting && self.trouble.stores() { self.role.events } else { 0 };
        let (in_main, in_fallback) = (main.queue.receive_at_least(sent).await, fallback.queue.peek().await);
        let in_main = Kept::read(&self.role, &in_main);
        let in_fallback = Kept::read(&self.role, &in_fallback);
        in_main.assert_same_ids(&in_fallback);
        let word = match (answer.status, in_main.all(), in_fallback.all()) {
            (200, ..) if !in_main.or(&in_fallback).all() => {
                panic!("{self:?}: 200 although not everything is queued, {in_main:?}, {in_fallback:?}")
            }
            (200, ..) if !self.lasting => "200",
            (200, true, false) => "200, main",
            (200, false, true) => "200, fallback",
            (200, true, true) => "200, both",
            (200, false, false) => "200, shared",
            (503, true, _) => "503, stored",
            (503, false, _) if !in_main.none() => "503, in part",
            (503, false, _) => "503",
            (status, ..) => panic!("{self:?}: {status}, {}", answer.text()),
        };
        let log = place.log(&answer).await;
        assert_eq!(log["status"], answer.status, "{log}");
        match word {
            "200, fallback" | "200, shared" => {
                assert_eq!((&log["queue"], &log["FallbackUsed"]), (&json!("fallback"), &json!(1.0)), "{log}")
            }
            "200, main" => assert_eq!((&log["queue"], &log["FallbackUsed"]), (&json!("main"), &json!(null)), "{log}"),
            _ => assert_eq!(log["queue"].is_string(), answer.status == 200, "{log}"),
        }
        if self.fallback {
            assert_eq!(answer.status, 200, "{self:?}: with a working fallback queue, every event is queued");
        }
        word
    }
}
