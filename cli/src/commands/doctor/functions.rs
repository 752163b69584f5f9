//! The functions of a stack: whether they run, from which version, and with which settings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::aws::{Aws, Failed};
use super::finding::Finding;

/// The alias by which requests reach a function.
const ALIAS: &str = "live";

/// A function.
pub(super) struct Function {
    pub(super) name: String,
    /// Its settings.
    pub(super) settings: BTreeMap<String, String>,
}

/// Reads the functions; what is found of them comes along.
pub(super) async fn read(aws: &Aws, names: impl Iterator<Item = &str>) -> (Vec<Function>, Vec<Finding>) {
    let (mut functions, mut findings) = (Vec::new(), Vec::new());
    for name in names {
        let subject = format!("function {name}");
        match aws.lambda(&format!("/2015-03-31/functions/{name}/configuration"), "GetFunctionConfiguration").await {
            Ok(configuration) => {
                let alias = aws.lambda(&format!("/2015-03-31/functions/{name}/aliases/{ALIAS}"), "GetAlias").await;
                findings.push(judge(&subject, &configuration, alias));
                functions.push(Function { name: name.to_owned(), settings: settings(&configuration) });
            }
            Err(error) if error.code.contains("ResourceNotFound") => {
                findings.push(Finding::wrong(
                    &subject,
                    "it is in the stack, but not in Lambda: it was deleted outside CloudFormation",
                    "deploy the stack again",
                ));
            }
            Err(error) => findings.push(Finding::unknown(&subject, error.to_string(), error.action())),
        }
    }
    (functions, findings)
}

fn settings(configuration: &Value) -> BTreeMap<String, String> {
    let variables = configuration["Environment"]["Variables"].as_object();
    let variable = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    variables.into_iter().flatten().filter_map(variable).collect()
}

fn judge(subject: &str, configuration: &Value, alias: Result<Value, Failed>) -> Finding {
    let text = |name: &str| configuration[name].as_str().unwrap_or("-");
    let (state, update) = (text("State"), text("LastUpdateStatus"));
    if matches!(state, "Failed" | "Pending") || update == "Failed" {
        let reason =
            configuration["StateReason"].as_str().or(configuration["LastUpdateStatusReason"].as_str()).unwrap_or("no reason given");
        return Finding::wrong(subject, format!("it is {state}, its last update {update}: {reason}"), "deploy the stack again");
    }
    let architecture = configuration["Architectures"][0].as_str().unwrap_or("-");
    let about = format!("{}, {architecture}, changed {}", text("Runtime"), text("LastModified"));
    match alias {
        Ok(alias) => {
            let version = alias["FunctionVersion"].as_str().unwrap_or("-");
            let shift = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object().filter(|weights| !weights.is_empty());
            match shift {
                Some(_) => Finding::note(subject, format!("version {version} is being replaced: requests go to two versions; {about}")),
                None => Finding::ok(subject, format!("version {version} is live; {about}")),
            }
        }
        // A deployment by other means than the template has none.
        Err(error) if error.code.contains("ResourceNotFound") => {
            Finding::ok(subject, format!("it is active, without the alias {ALIAS}; {about}"))
        }
        Err(error) => Finding::unknown(subject, format!("it is active; {about}; {error}"), error.action()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_function_is_active_and_one_version_is_live() {
        let configuration = json!({"State": "Active", "LastUpdateStatus": "Successful", "Runtime": "provided.al2023", "Architectures": ["arm64"],
            "LastModified": "2026-11-20T10:00:00.000+0000", "Environment": {"Variables": {"QUEUE_URL": "https://q"}}});
        let alias = |weights: Value| Ok(json!({"FunctionVersion": "7", "RoutingConfig": {"AdditionalVersionWeights": weights}}));
        let missing =
            || Failed { permission: "lambda:GetAlias".to_owned(), code: "ResourceNotFoundException".to_owned(), message: String::new() };
        let ok = judge("f", &configuration, alias(json!({})));
        assert!(ok.level == Level::Ok && ok.found.contains("version 7 is live; provided.al2023, arm64"), "{ok:?}");
        assert_eq!(judge("f", &configuration, alias(json!({"8": 0.1}))).level, Level::Note);
        assert_eq!(judge("f", &configuration, Err(missing())).level, Level::Ok);
        assert_eq!(judge("f", &configuration, Err(Failed { code: "AccessDeniedException".to_owned(), ..missing() })).level, Level::Unknown);
        let failed = json!({"State": "Failed", "StateReason": "the role is gone"});
        let failed = judge("f", &failed, Err(missing()));
        assert!(failed.level == Level::Wrong && failed.found.contains("the role is gone"), "{failed:?}");
        assert_eq!(settings(&configuration)["QUEUE_URL"], "https://q");
    }
}
