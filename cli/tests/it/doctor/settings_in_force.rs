//! A webhook that may accept every caller gets a POST only if all settings in force rule that out.

use serde_json::{Value, json};
use testkit::wire::Response;

use super::aws::{Aws, refusal, replaced};
use super::deployment::{deploy, findings, template};
use crate::gateway::Gateway;
use crate::rows::rows;

/// The settings of a function that accepts every caller.
fn open() -> Value {
    json!({"State": "Active", "Environment": {"Variables": {"KOMMUNICATE_ALLOW_UNAUTHENTICATED": "true"}}})
}

#[test]
fn no_event_is_queued_unless_all_settings_say_that_callers_are_checked() {
    // It accepts every caller, whatever the stack says.
    let gateway = Gateway::start_with(&[("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")]);
    deploy(&json!({
        "stack": "open", "template": template("open", &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {},
        "actions": [], "alarm": "OK", "filled": [],
    }));
    let alias = |weights: Value| {
        let alias = json!({"FunctionVersion": "7", "RoutingConfig": {"AdditionalVersionWeights": weights}});
        Response::new(200, "application/json", alias.to_string())
    };
    let of_version = |version: &'static str| {
        move |action: &str, target: &str, answer: Response| match action {
            "GetAlias" => alias(json!({"8": 0.1})),
            _ if target.ends_with(&format!("?Qualifier={version}")) => Response::new(200, "application/json", open().to_string()),
            _ if target.contains("?Qualifier=") => Response::new(200, "application/json", "{}"),
            _ => answer,
        }
    };
    let denied = |denied: &'static str| {
        move |action: &str, _: &str, answer: Response| {
            if action == denied { refusal(action, 403, "AccessDenied", "") } else { answer }
        }
    };
    type Change = Box<dyn Fn(&str, &str, Response) -> Response + Send + Sync>;
    let cases: Vec<(&str, Change)> = vec![
        ("the live version accepts every caller", Box::new(of_version("7"))),
        ("the version with a tenth of the requests does", Box::new(of_version("8"))),
        ("the live version is unknown", Box::new(denied("GetAlias"))),
        ("the functions are unknown", Box::new(denied("GetFunctionConfiguration"))),
        ("the resources are unknown", Box::new(denied("ListStackResources"))),
        (
            "the settings of the live version are unknown",
            Box::new(move |action, target, answer| match action {
                "GetAlias" => alias(json!({})),
                _ if target.contains("?Qualifier=7") => refusal("GetAlias", 403, "AccessDenied", ""),
                _ => answer,
            }),
        ),
        (
            "a deployment is running",
            Box::new(
                |action, _, answer| {
                    if action == "DescribeStacks" { replaced(answer, "CREATE_COMPLETE", "UPDATE_IN_PROGRESS") } else { answer }
                },
            ),
        ),
    ];
    for (case, change) in cases {
        let aws = Aws::start(move |action, request, answer| change(action, &request.target, answer));
        let found = findings(&aws.doctor(&["--stack", "open", "--json"]));
        let kommunicate = found.iter().find(|(_, subject, _)| subject == "webhook kommunicate").expect("a finding");
        assert!(kommunicate.0 == "note" && kommunicate.2.contains("o POST was sent"), "{case}: {kommunicate:?}");
        assert_eq!(rows(&gateway.queue_file()).len(), 0, "{case}");
    }
    // The stack denies it: then the POST shows that it is wrong.
    let aws = Aws::start(|_, _, answer| answer);
    let finished = aws.doctor(&["--stack", "open"]);
    assert!(finished.code == Some(1) && finished.stdout.contains("accepted a POST without a proof"), "{}", finished.stdout);
}
