//! Times and sizes that must match those in the code, or one another.

use serde_json::{Value, json};
use testkit::{MAX_RECEIVES, RETENTION, VISIBILITY_TIMEOUT};

use crate::code::{MAX_BYTES, is_ack_budget, pause};
use crate::document::{find, function, resources, template, yaml};

/// Three days and three hours, during which delivery of an event is attempted.
const PATIENCE: u64 = 75 * 3_600;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn a_function_outlives_its_ack_budget_and_api_gateway_the_function() {
    let largest = (0..=40_000).rev().find(|millis| is_ack_budget(&millis.to_string())).expect("a largest budget");
    let timeout = 1000 * number(&template()["Globals"]["Function"]["Timeout"]);
    assert!(largest < timeout, "{largest} ms of {timeout}");
    // API Gateway allows a function 30 s.
    assert!(timeout < 30_000, "{timeout} ms");
}

#[test]
fn every_queue_accepts_what_the_code_sends_and_outlives_its_stack() {
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        for (id, queue) in resources(&template, "AWS::SQS::Queue") {
            assert_eq!(queue["Properties"]["MaximumMessageSize"], MAX_BYTES, "{file}: {id}");
            assert_eq!(queue["DeletionPolicy"], "RetainExceptOnCreate", "{file}: {id}");
            assert_eq!(queue["UpdateReplacePolicy"], "Retain", "{file}: {id}");
            assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], json!({"Fn::If": ["HasKmsKey", false, true]}), "{file}: {id}");
        }
    }
}

#[test]
fn a_message_is_not_redelivered_while_the_worker_has_it() {
    let template = template();
    let timeout = number(&function(&template, "worker")["Properties"]["Timeout"]);
    let queues = &template["Resources"];
    // AWS's recommendation for a trigger.
    for queue in ["Queue", "FifoQueue"] {
        assert!(number(&queues[queue]["Properties"]["VisibilityTimeout"]) >= 6 * timeout, "{queue}");
    }
    assert!(timeout > 10, "a delivery attempt can take 10 s");
    assert_eq!(
        number(&yaml("fallback.yaml")["Resources"]["Queue"]["Properties"]["VisibilityTimeout"]),
        number(&queues["Queue"]["Properties"]["VisibilityTimeout"])
    );
}

#[test]
fn a_dead_letter_message_is_retained_longer_than_it_could_wait() {
    let template = template();
    let parameters = &template["Parameters"];
    let parameter = |queue: &str| &template["Resources"][queue]["Properties"]["MessageRetentionPeriod"]["Ref"];
    let retention = |queue: &str, value: &str| number(&parameters[parameter(queue).as_str().expect("a parameter")][value]);
    for (queue, dead_letters) in [("Queue", "DeadLetterQueue"), ("FifoQueue", "FifoDeadLetterQueue")] {
        let properties = |id: &str| &template["Resources"][id]["Properties"];
        let redrive = &properties(queue)["RedrivePolicy"];
        assert_eq!(redrive["deadLetterTargetArn"], json!({"Fn::GetAtt": [dead_letters, "Arn"]}), "{queue}");
        // SQS requires both to be of the same type.
        assert_eq!(properties(queue).get("FifoQueue"), properties(dead_letters).get("FifoQueue"), "{queue}");
    }
    // The worker's tests use queues like the template's.
    assert_eq!(retention("Queue", "Default"), u64::from(RETENTION));
    assert_eq!(parameter("FifoQueue"), parameter("Queue"));
    for queue in ["DeadLetterQueue", "FifoDeadLetterQueue", "QuarantineQueue"] {
        // SQS's limit.
        assert_eq!(retention(queue, "Default"), 14 * 86_400, "{queue}");
        // A message keeps its age when a standard queue moves it to the dead-letter queue.
        for value in ["Default", "MinValue", "MaxValue"] {
            assert!(retention(queue, value) > retention("Queue", value), "{queue}, {value}");
        }
    }
    assert_eq!(number(&yaml("fallback.yaml")["Resources"]["Queue"]["Properties"]["MessageRetentionPeriod"]), 14 * 86_400);
}

#[test]
fn delivery_is_attempted_for_three_days_whichever_part_fails() {
    let template = template();
    let [queue, fifo] = ["Queue", "FifoQueue"].map(|id| &template["Resources"][id]["Properties"]);
    for (name, value) in
        [("VisibilityTimeout", &queue["VisibilityTimeout"]), ("maxReceiveCount", &queue["RedrivePolicy"]["maxReceiveCount"])]
    {
        assert_eq!(find(fifo, name), [value], "{name}");
    }
    let receives = u32::try_from(number(&queue["RedrivePolicy"]["maxReceiveCount"])).expect("a count");
    // The worker's tests use queues like the template's.
    assert_eq!((receives, number(&queue["VisibilityTimeout"])), (MAX_RECEIVES, VISIBILITY_TIMEOUT.as_secs()));
    let by_the_queue = u64::from(receives) * number(&queue["VisibilityTimeout"]);
    let by_the_worker: u64 = (1..=receives).map(pause).sum();
    assert_eq!(number(&queue["VisibilityTimeout"]), pause(receives), "the longest wait");
    assert_eq!((receives, by_the_queue, by_the_worker), (300, PATIENCE, 264_970));
    // No event is deleted while delivery is attempted. With the default, this includes the third event of a
    // conversation whose first two were given up.
    let retention = &template["Parameters"]["QueueRetentionSeconds"];
    assert!(number(&retention["Default"]) > 3 * PATIENCE && number(&retention["MinValue"]) > PATIENCE);
}

#[test]
fn from_a_fifo_queue_the_worker_gets_one_event() {
    let template = template();
    for (id, batch_size) in [("WorkerTrigger", 10), ("FifoWorkerTrigger", 1)] {
        let trigger = &template["Resources"][id]["Properties"];
        assert_eq!(trigger["BatchSize"], batch_size, "{id}");
        assert_eq!(trigger["ScalingConfig"], json!({"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}), "{id}");
        assert_eq!(trigger.get("MaximumBatchingWindowInSeconds"), None, "{id}: not supported for FIFO queues");
    }
}
