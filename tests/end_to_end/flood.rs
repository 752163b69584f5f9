//! More events than SQS lets be in flight, while the receiver is down: what is above the limit waits untried, nothing is
//! lost, and all is back within a quarter of an hour and a fifth, not at once.

use std::collections::BTreeMap;
use std::time::Duration;

use testkit::Mapping;

use crate::outage::{Health, Outage};

const EVENTS: usize = 60;
/// Stands for SQS's 120,000.
const MAX_IN_FLIGHT: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_is_above_the_limit_waits_untried_and_all_of_it_comes_back_gently() {
    let mut outage = Outage::start(false, EVENTS).await;
    let (worker, queue) = (outage.worker().await, outage.queue.clone());
    let mut mapping = Mapping::faithful(&queue, &worker).with_max_in_flight(MAX_IN_FLIGHT);
    while outage.now < 180 * MINUTE {
        let now = outage.now;
        outage.run_until(now, &mut mapping).await;
        let [waiting, in_flight] = queue.counts().await;
        // Some may turn from the one into the other while they are counted.
        assert!(in_flight <= MAX_IN_FLIGHT && waiting >= EVENTS - MAX_IN_FLIGHT, "{waiting} wait, {in_flight} in flight");
        outage.now += outage.timed.advance_for(&queue).await.expect("a message");
    }
    // A free place may go to an event that has not been tried yet; whichever has no place has lost no receipt.
    let tried = mapping.receives().count();
    let receipts: usize = mapping.receives().map(|message| message.times).sum();
    assert_eq!(receipts, outage.receiver.arrivals().len(), "each receipt is an attempt");
    assert!(tried >= MAX_IN_FLIGHT, "{tried}");

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
    assert!(outage.now - well < Duration::from_secs(1082), "back after {:?}", outage.now - well);
    assert!(taken.len() > 5, "spread over minutes: {taken:?}");
    assert!(outage.dead.receive_all().await.is_empty());
    let mut ids: Vec<String> =
        outage.receiver.arrivals().iter().filter(|arrival| arrival.is_taken()).map(crate::outage::platform_id).collect();
    ids.sort();
    let mut sent: Vec<String> = outage.sent.iter().map(|sent| sent.id.clone()).collect();
    sent.sort();
    assert_eq!(ids, sent);
}
