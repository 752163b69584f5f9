//! The default budget: 1.5 s, and 3.5 s for Kommo.

use std::time::Duration;

use testkit::Fault;

use crate::place::{Place, Setup};
use crate::role::{KOMMO, ROLES};

#[tokio::test]
async fn the_default_budget_holds_when_sqs_hangs() {
    let late = Duration::from_millis(500);
    let answers = ROLES.iter().map(|role| async move {
        let place = Place::start(role, Setup::default()).await;
        place.main.sqs.set(Fault::Hang);
        let answer = place.function.invoke_http(&role.sample().event).await;
        let budget = Duration::from_millis(if role.name == KOMMO.name { 3500 } else { 1500 });
        let (least, most) = (budget - Duration::from_millis(100), budget + late);
        assert_eq!(answer.status, 503, "{}", role.name);
        assert!((least..most).contains(&answer.duration), "{}: {:?}", role.name, answer.duration);
        assert!(place.main.sqs.requests().len() > 1, "{}: no retry", role.name);
    });
    futures_util::future::join_all(answers).await;
}

#[tokio::test]
async fn a_queue_that_comes_back_within_the_budget_gets_the_event() {
    let role = &KOMMO;
    let place = Place::start(role, Setup::default()).await;
    place.main.sqs.script([Fault::Hang, Fault::Unavailable, Fault::Reset, Fault::Throttle, Fault::Garbage]);
    let answer = place.function.invoke_http(&role.sample().event).await;
    assert_eq!(answer.status, 200);
    assert_eq!((place.main.sqs.requests().len(), place.main.queue.receive_all().await.len()), (6, 1));
}
