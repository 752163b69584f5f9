//! Valid, and out to do harm.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::contract::{self, Identity};
use testkit::suite::refusals::assert_problem;
use testkit::{Fault, FaultySqs, Journey, Sqs};

use crate::{KOMMUNICATE, message};

#[tokio::test]
async fn an_array_of_25_goes_out_in_three_batches() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let journey = Journey::start(&KOMMUNICATE, &[("AWS_ENDPOINT_URL_SQS", &sqs.endpoint())]).await;
    let elements: Vec<String> = (0..25).map(|place| message(&place.to_string()).replace("5-a-1", &format!("5-a-{place}"))).collect();
    let post = KOMMUNICATE.post(format!("[ {} ]", elements.join(" ,\n")));
    let delivered = journey.deliver(&post).await;
    assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 25));
    contract::check(&KOMMUNICATE, &post, &delivered, Some("shop"), |element| {
        Identity::Given(element["key"].as_str().unwrap_or_default().to_owned())
    });
    let ids: BTreeSet<String> = delivered.messages.iter().map(|message| message.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 25);
    for (place, stored) in delivered.messages.iter().enumerate() {
        let data = &stored.json()["data"];
        assert_eq!((&data["message"]["text"], &data["original"]["body"]), (&json!(place.to_string()), &json!(elements[place])));
    }
    let mut sizes = sqs.requests().iter().map(|request| request.input["Entries"].as_array().map_or(0, Vec::len)).collect::<Vec<_>>();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
    let entries = sqs.requests().into_iter().flat_map(|request| request.input["Entries"].as_array().cloned().unwrap_or_default());
    for entry in entries {
        assert_eq!(entry["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], delivered.answer.trace_id);
    }
    let log = journey.log(&delivered.answer).await;
    assert_eq!((&log["events"], &log["event_id"]), (&json!(25), &delivered.messages[0].json()["id"]));
}

#[tokio::test]
async fn one_part_that_is_lost_is_no_200() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let settings = [("AWS_ENDPOINT_URL_SQS", sqs.endpoint()), ("ACK_BUDGET_MS", "2000".to_owned())];
    let journey = Journey::start(&KOMMUNICATE, &settings.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    sqs.set(Fault::RejectEntries { positions: vec![0], sender_fault: true });
    let body = format!("[{},{}]", message("one"), message("two").replace("5-a-1", "5-a-2"));
    let answer = journey.deliver(&KOMMUNICATE.post(body.clone())).await.answer;
    assert_problem(&answer, 503, Some(("retry-after", "1")));
    // Sent again, as the answer asks for: the same ids.
    sqs.set(Fault::Pass);
    let ids =
        |delivered: &testkit::Delivered| delivered.messages.iter().map(|message| message.json()["id"].to_string()).collect::<Vec<_>>();
    let [one, two] = [journey.deliver(&KOMMUNICATE.post(body.clone())).await, journey.deliver(&KOMMUNICATE.post(body)).await];
    assert_eq!((ids(&one).len(), ids(&one)), (2, ids(&two)));
}
