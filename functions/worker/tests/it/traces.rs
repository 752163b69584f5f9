//! The trace of a message: in the delivery as `traceparent`, and in its log line.

use testkit::Reply;

use crate::bench::{Bench, STANDARD, event, message, messages};

#[tokio::test]
async fn a_valid_trace_is_passed_on_and_an_invalid_one_is_not() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let id = "1-5759e988-bd862e3fe1be46a994272793";
    for (header, expected) in [
        (Some(format!("Root={id};Parent=53995c3f42cd8ad8;Sampled=1")), "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"),
        (Some(format!("Root={id};Parent=53995c3f42cd8ad8;Sampled=0")), "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00"),
        (Some(format!("Root={id}")), ""),
        (Some("Root=ada@example.com;Parent=53995c3f42cd8ad8".to_owned()), ""),
        (None, ""),
    ] {
        let mut messages = messages(&["a1"]);
        messages[0].system.extend(header.map(|header| ("AWSTraceHeader".to_owned(), header)));
        assert!(bench.deliver(STANDARD, &messages).await.is_empty());
        let arrivals = bench.receiver.arrivals();
        assert_eq!(arrivals.last().expect("a delivery").request.header("traceparent"), expected);
    }
    let lines = bench.worker.stop();
    assert_eq!(lines.iter().filter(|line| line.contains(&format!(r#""xray_trace_id":"{id}""#))).count(), 3, "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("ada@example.com")), "{lines:#?}");
}

#[tokio::test]
async fn an_event_keeps_its_own_trace() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let own = "00-11111111111111111111111111111111-2222222222222222-01";
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let others = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    for (traceparent, header, expected) in
        [(own, None, own), (own, Some(header), own), ("ada@example.com", Some(header), others), ("two\nlines", None, "")]
    {
        let mut event = event("kommo-a1");
        event["traceparent"] = traceparent.into();
        let mut message = message("m-1", "a", event);
        message.system.extend(header.map(|header| ("AWSTraceHeader".to_owned(), header.to_owned())));
        assert!(bench.deliver(STANDARD, &[message]).await.is_empty());
        let arrivals = bench.receiver.arrivals();
        assert_eq!(arrivals.last().expect("a delivery").request.header("traceparent"), expected);
    }
}
