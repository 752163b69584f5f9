//! Times and sizes that have to agree with the code's, or with each other.

use regex::Regex;
use serde_json::{Value, json};

use crate::code::{MAX_BYTES, is_ack_budget, is_time_to_live};
use crate::document::{function, resources, template, yaml};

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_ack_budget_is_what_the_code_takes() {
    let template = template();
    let parameter = &template["Parameters"]["AckBudgetMs"];
    let pattern = Regex::new(parameter["AllowedPattern"].as_str().expect("a pattern")).expect("a regular expression");
    for millis in 0..=40_000 {
        let millis = millis.to_string();
        assert_eq!(pattern.is_match(&millis), is_ack_budget(&millis), "{millis}");
    }
    for text in ["", "050", "1e3", "-50", "1500 "] {
        assert_eq!(pattern.is_match(text), is_ack_budget(text) && text != "050", "{text:?}");
    }
}

#[test]
fn a_function_outlives_its_ack_budget_and_api_gateway_the_function() {
    let largest = (0..=40_000).rev().find(|millis| is_ack_budget(&millis.to_string())).expect("a largest budget");
    let timeout = 1000 * number(&template()["Globals"]["Function"]["Timeout"]);
    assert!(largest < timeout, "{largest} ms of {timeout}");
    // API Gateway gives a function 30 s.
    assert!(timeout < 30_000, "{timeout} ms");
}

#[test]
fn the_time_to_live_of_a_secret_is_what_the_code_takes() {
    let template = template();
    let parameter = &template["Parameters"]["SecretsManagerTtl"];
    let (least, most) = (number(&parameter["MinValue"]), number(&parameter["MaxValue"]));
    assert_eq!([least - 1, least, most, most + 1].map(|seconds| is_time_to_live(&seconds.to_string())), [false, true, true, false]);
}

#[test]
fn every_queue_takes_what_the_code_sends_and_outlives_its_stack() {
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
fn a_message_is_not_given_out_twice_while_the_worker_has_it() {
    let template = template();
    let timeout = number(&function(&template, "worker")["Properties"]["Timeout"]);
    let queues = &template["Resources"];
    // AWS's advice for a trigger.
    assert!(number(&queues["Queue"]["Properties"]["VisibilityTimeout"]) >= 6 * timeout);
    assert_eq!(
        number(&yaml("fallback.yaml")["Resources"]["Queue"]["Properties"]["VisibilityTimeout"]),
        number(&queues["Queue"]["Properties"]["VisibilityTimeout"])
    );
}

#[test]
fn a_dead_letter_is_kept_for_longer_than_it_could_wait() {
    let template = template();
    let queue = &template["Resources"]["Queue"]["Properties"];
    let dead_letters = &template["Resources"]["DeadLetterQueue"]["Properties"];
    assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], json!({"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}));
    assert!(number(&dead_letters["MessageRetentionPeriod"]) > number(&queue["MessageRetentionPeriod"]));
}
