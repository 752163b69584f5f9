//! Secrets in each state of a rotation.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use testkit::wire::Response;

use super::aws::Aws;
use super::deployment::{deploy, findings, template};
use crate::gateway::Gateway;

const DAY: Duration = Duration::from_secs(86_400);

fn check(stack: &'static str, keyring: &'static str, age: Duration, position: Option<&str>) -> (String, String) {
    let stored = (SystemTime::now() - age).duration_since(UNIX_EPOCH).expect("a time").as_secs_f64();
    let point = position.map(|position| format!("<member><Maximum>{position}</Maximum><Sum>0.0</Sum></member>")).unwrap_or_default();
    let aws = Aws::start(move |action, _, answer| match action {
        "GetSecretValue" => {
            Response::new(200, "application/x-amz-json-1.1", json!({"SecretString": keyring, "CreatedDate": stored}).to_string())
        }
        "GetMetricStatistics" => Response::new(
            200,
            "text/xml",
            format!("<R xmlns=\"http://x/\"><GetMetricStatisticsResult><Datapoints>{point}</Datapoints></GetMetricStatisticsResult></R>"),
        ),
        _ => answer,
    });
    let found = findings(&aws.doctor(&["--stack", stack, "--json"]));
    let (level, _, text) = found.into_iter().find(|(_, subject, _)| subject == "secret KOMMO_SECRET").expect("a finding");
    (level, text)
}

#[test]
fn each_state_of_a_secret_is_told() {
    let gateway = Gateway::start();
    deploy(&json!({
        "stack": "rotated", "template": template("rotated", &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {},
        "actions": [], "alarm": "OK", "filled": [],
    }));
    const TWO: &str = r#"{"*": ["new-hush", "old-hush"]}"#;
    const GENERATED: &str = "hushB3456789012345678901234567890123456Z";
    assert_eq!(GENERATED.len(), 40);
    for (keyring, days, position, level, told) in [
        ("one-hush", 1, Some("0.0"), "ok", "each channel has one secret"),
        (GENERATED, 1, None, "wrong", "it looks like the generated placeholder"),
        (GENERATED, 1, Some("0.0"), "ok", "it has verified webhooks"),
        (TWO, 8, Some("0.0"), "wrong", "the old one has been idle for 7 days"),
        (TWO, 8, Some("1.0"), "note", "an old one was used in the last 7 days (key_position 1)"),
        (TWO, 2, Some("0.0"), "note", "stored less than 7 days ago"),
        (TWO, 8, None, "note", "no webhook was verified"),
        (r#"{"*": ["hush", "#, 8, None, "wrong", "the function cannot use it"),
        (r#"{"*": []}"#, 8, None, "wrong", "must not be empty"),
    ] {
        let (found_level, found) = check("rotated", keyring, DAY * days, position);
        assert!(found_level == level && found.contains(told), "{level} {told}: {found_level} {found}");
    }
}
