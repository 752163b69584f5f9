//! Stale connections: closed between events, or while Lambda had frozen the process.

use std::time::Duration;

use testkit::Fault;

use crate::kill::signal;
use crate::place::{Place, Setup};
use crate::role::ROLES;

/// With this budget, an attempt can take a second.
const SETUP: Setup = Setup { budget_ms: Some(3500), fallback: false, fifo: false };
/// A dead connection costs one retry and is not waited for.
const ONE_RETRY: Duration = Duration::from_millis(800);

#[tokio::test]
async fn a_connection_closed_between_events_costs_at_most_one_retry() {
    for role in ROLES {
        let place = Place::start(&role, SETUP).await;
        let sqs = &place.main.sqs;
        for round in 0..4 {
            let before = sqs.requests().len();
            let answer = place.function.invoke_http(&role.sample().event).await;
            assert_eq!(answer.status, 200, "{}, round {round}", role.name);
            assert!(answer.duration < ONE_RETRY, "{}, round {round}: {:?}", role.name, answer.duration);
            assert!(sqs.requests().len() <= before + 2, "{}, round {round}: {:#?}", role.name, sqs.requests());
            // Closed while idle, and immediately after the response.
            if round % 2 == 0 {
                sqs.refuse().await;
                sqs.accept().await;
            } else {
                sqs.set(if round == 1 { Fault::CloseAfterAnswer } else { Fault::Pass });
            }
        }
        assert_eq!(place.main.queue.receive_all().await.len(), 4 * role.events);
    }
}

#[tokio::test]
async fn the_first_event_uses_the_connection_that_startup_opened() {
    for role in ROLES {
        let place = Place::start(&role, SETUP).await;
        let sqs = &place.main.sqs;
        assert_eq!((sqs.connections(), sqs.requests().len()), (1, 0), "{}", role.name);
        assert_eq!(place.function.invoke_http(&role.sample().event).await.status, 200);
        assert!(sqs.requests().iter().any(|request| request.connection == 1), "{}", role.name);
    }
}

#[tokio::test]
async fn a_frozen_process_wakes_to_a_closed_connection() {
    for role in ROLES {
        let place = Place::start(&role, SETUP).await;
        let event = role.sample().event;
        assert_eq!(place.function.invoke_http(&event).await.status, 200);

        signal(&place.function, "STOP");
        place.main.sqs.refuse().await;
        place.main.sqs.accept().await;
        // The event is waiting before the process resumes, as in Lambda.
        let thaw = async { signal(&place.function, "CONT") };
        let (answer, ()) = tokio::join!(place.function.invoke_http(&event), thaw);
        assert_eq!(answer.status, 200, "{}", role.name);
        assert!(answer.duration < ONE_RETRY, "{}: {:?}", role.name, answer.duration);
        let requests = place.main.sqs.requests();
        assert_ne!(requests[0].connection, requests[requests.len() - 1].connection);
        assert_eq!(place.main.queue.receive_all().await.len(), 2 * role.events);
    }
}
