//! More events than SQS allows in flight, while the receiver is down: the events above the limit wait without being
//! attempted, nothing is lost, and everything is delivered within 1082 seconds of the receiver's recovery, spread over
//! minutes rather than all at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use testkit::Mapping;

use crate::outage::{Health, Outage};

const EVENTS: usize = 60;
/// Stands in for SQS's limit of 120,000.
const MAX_IN_FLIGHT: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn events_above_the_limit_wait_without_attempts_and_are_delivered_gradually() {
    let mut outage = Outage::start(false, EVENTS).await;
    let (worker, queue) = (outage.worker().await, outage.queue.clone());
    let mut mapping = Mapping::faithful(&queue, &worker).with_max_in_flight(MAX_IN_FLIGHT);
    while outage.now < 180 * MINUTE {
        let now = outage.now;
        outage.run_until(now, &mut mapping).await;
        let [waiting, in_flight] = queue.counts().await;
        // Messages can change between the two states while they are being counted.
        assert!(in_flight <= MAX_IN_FLIGHT && waiting >= EVENTS - MAX_IN_FLIGHT, "{waiting} wait, {in_flight} in flight");
        outage.now += outage.timed.advance_for(&queue).await.expect("a message");
    }
    // A free slot can go to an event that has not been attempted yet; an event without a slot has not used up a receive.
    let attempted = mapping.receives().count();
    let receives: usize = mapping.receives().map(|message| message.times).sum();
    assert_eq!(receives, outage.receiver.arrivals().len(), "every receive is an attempt");
    assert!(attempted >= MAX_IN_FLIGHT, "{attempted}");

    outage.set(Health::Well);
    let well = outage.now;
    let mut taken = BTreeMap::<u64, usize>::new();
    let mut known = outage.receiver.arrivals().len();
    while queue.counts().await != [0, 0] {
        let now = outage.now;
        outage.run_until(now, &mut mapping).await;
        let arrivals = outage.receiver.arrivals().len();
        *taken.entry((outage.now - well).as_secs() / 60).or_default() += arrivals - known;
        known = arrivals;
        if let Some(time) = outage.timed.advance_for(&queue).await {
            outage.now += time;
        }
    }
    assert!(outage.now - well < Duration::from_secs(1082), "everything delivered only after {:?}", outage.now - well);
    assert!(taken.len() > 5, "not spread over minutes: {taken:?}");
    assert!(outage.dead.receive_all().await.is_empty());
    let mut ids: Vec<String> =
        outage.receiver.arrivals().iter().filter(|arrival| arrival.is_taken()).map(crate::outage::platform_id).collect();
    ids.sort();
    let mut sent: Vec<String> = outage.sent.iter().map(|sent| sent.id.clone()).collect();
    sent.sort();
    assert_eq!(ids, sent);
}
