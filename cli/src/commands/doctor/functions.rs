//! The functions of a stack: whether they run, which version handles requests, and with which settings.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::Value;

use super::aws::{Aws, Failed};
use super::finding::Finding;

/// The alias through which requests reach a function.
const ALIAS: &str = "live";

type Settings = BTreeMap<String, String>;

/// A function.
pub(super) struct Function {
    pub(super) name: String,
    /// The settings of the latest version.
    pub(super) settings: Settings,
    /// The settings of the versions that the alias sends requests to, or `None` if they could not be read.
    live: Option<Vec<Settings>>,
}

impl Function {
    /// Returns whether a version that can handle requests has the setting with that value, or `None` if that is unknown.
    pub(super) fn has(&self, name: &str, value: &str) -> Option<bool> {
        let has = |settings: &Settings| settings.get(name).is_some_and(|found| found == value);
        if has(&self.settings) || self.live.iter().flatten().any(has) { Some(true) } else { self.live.as_ref().map(|_| false) }
    }
}

/// A function as Lambda describes it.
struct Described {
    finding: Finding,
    function: Option<Function>,
}

/// Reads the functions. Returns those that could be read, and a finding for each.
pub(super) async fn read(aws: &Aws, names: impl Iterator<Item = &str>) -> (Vec<Function>, Vec<Finding>) {
    let described = join_all(names.map(|name| describe(aws, name))).await;
    let (functions, findings): (Vec<_>, Vec<_>) = described.into_iter().map(|one| (one.function, one.finding)).unzip();
    (functions.into_iter().flatten().collect(), findings)
}

async fn describe(aws: &Aws, name: &str) -> Described {
    let subject = format!("function {name}");
    let configuration = match configuration(aws, name, None).await {
        Ok(configuration) => configuration,
        Err(error) => {
            let finding = if error.is_not_found() {
                let found = "it is in the stack, but not in Lambda: it was deleted outside CloudFormation";
                Finding::wrong(&subject, found, "delete the function from the template, deploy, and deploy the whole template again")
            } else {
                Finding::unknown(&subject, error.to_string(), error.action())
            };
            return Described { finding, function: None };
        }
    };
    let alias = match aws.lambda(&format!("/2015-03-31/functions/{name}/aliases/{ALIAS}"), "GetAlias").await {
        // The worker has no alias.
        Err(error) if error.is_not_found() => Ok(None),
        alias => alias.map(Some),
    };
    let live = match &alias {
        Ok(None) => Some(Vec::new()),
        Ok(Some(alias)) => {
            let versions = join_all(versions(alias).map(|version| configuration_of(aws, name, version))).await;
            versions.into_iter().collect::<Result<Vec<_>, _>>().ok()
        }
        Err(_) => None,
    };
    let finding = judge(&subject, &configuration, alias);
    Described { finding, function: Some(Function { name: name.to_owned(), settings: settings(&configuration), live }) }
}

async fn configuration(aws: &Aws, name: &str, version: Option<&str>) -> Result<Value, Failed> {
    let qualifier = version.map(|version| format!("?Qualifier={version}")).unwrap_or_default();
    aws.lambda(&format!("/2015-03-31/functions/{name}/configuration{qualifier}"), "GetFunctionConfiguration").await
}

async fn configuration_of(aws: &Aws, name: &str, version: &str) -> Result<Settings, Failed> {
    configuration(aws, name, Some(version)).await.map(|configuration| settings(&configuration))
}

/// Returns the versions that an alias sends requests to: two during a gradual deployment.
fn versions(alias: &Value) -> impl Iterator<Item = &str> {
    let second = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object();
    alias["FunctionVersion"].as_str().into_iter().chain(second.into_iter().flatten().map(|(version, _)| version.as_str()))
}

fn settings(configuration: &Value) -> Settings {
    let variables = configuration["Environment"]["Variables"].as_object();
    let variable = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    variables.into_iter().flatten().filter_map(variable).collect()
}

fn judge(subject: &str, configuration: &Value, alias: Result<Option<Value>, Failed>) -> Finding {
    let text = |name: &str| configuration[name].as_str().unwrap_or("-");
    let (state, update) = (text("State"), text("LastUpdateStatus"));
    if state == "Failed" || update == "Failed" {
        let reason = ["StateReason", "LastUpdateStatusReason"].iter().find_map(|name| configuration[name].as_str());
        let found = format!("its state is {state}, its last update {update}: {}", reason.unwrap_or("no reason given"));
        return Finding::wrong(subject, found, "correct the cause, then deploy the stack again");
    }
    let architecture = configuration["Architectures"][0].as_str().unwrap_or("-");
    let about = format!("{}, {architecture}, changed {}", text("Runtime"), text("LastModified"));
    if state == "Pending" || update == "InProgress" {
        return Finding::note(subject, format!("it is being updated; {about}"));
    }
    match alias {
        Ok(Some(alias)) => match versions(&alias).collect::<Vec<_>>()[..] {
            [version] => Finding::ok(subject, format!("version {version} is live; {about}")),
            ref versions => Finding::note(
                subject,
                format!("a gradual deployment is running, and versions {} get requests; {about}", versions.join(" and ")),
            ),
        },
        Ok(None) => Finding::ok(subject, format!("it is active, without the alias {ALIAS}; {about}")),
        Err(error) => Finding::unknown(subject, format!("it is active; {about}; {error}"), error.action()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use serde_json::json;

    #[test]
    fn an_active_function_has_a_live_version() {
        let configuration = json!({"State": "Active", "LastUpdateStatus": "Successful", "Runtime": "provided.al2023", "Architectures": ["arm64"],
            "LastModified": "2026-11-20T10:00:00.000+0000", "Environment": {"Variables": {"QUEUE_URL": "https://q"}}});
        let with = |name: &str, value: &str| {
            let mut changed = configuration.clone();
            changed[name] = value.into();
            changed
        };
        let alias = |weights: Value| Ok(Some(json!({"FunctionVersion": "7", "RoutingConfig": {"AdditionalVersionWeights": weights}})));
        let denied = Failed { permission: "lambda:GetAlias".to_owned(), code: "AccessDeniedException".to_owned(), message: String::new() };
        for (configuration, alias, level, found) in [
            (configuration.clone(), alias(json!({})), Level::Ok, "version 7 is live; provided.al2023, arm64"),
            (configuration.clone(), alias(json!({"8": 0.1})), Level::Note, "versions 7 and 8 get requests"),
            (configuration.clone(), Ok(None), Level::Ok, "without the alias"),
            (configuration.clone(), Err(denied), Level::Unknown, "lambda:GetAlias was refused"),
            (with("LastUpdateStatus", "InProgress"), alias(json!({})), Level::Note, "it is being updated"),
            (with("State", "Pending"), Ok(None), Level::Note, "it is being updated"),
            (json!({"State": "Failed", "StateReason": "the role is gone"}), Ok(None), Level::Wrong, "the role is gone"),
        ] {
            let finding = judge("f", &configuration, alias);
            assert!(finding.level == level && finding.found.contains(found), "{finding:?}");
        }
        assert_eq!(settings(&configuration)["QUEUE_URL"], "https://q");
    }

    #[test]
    fn a_setting_of_any_version_with_requests_counts() {
        let settings = |value: &str| Settings::from([("A".to_owned(), value.to_owned())]);
        let has = |latest, live| Function { name: String::new(), settings: settings(latest), live }.has("A", "true");
        assert_eq!(has("true", None), Some(true));
        assert_eq!(has("", Some(vec![settings(""), settings("true")])), Some(true));
        assert_eq!(has("", Some(vec![settings("")])), Some(false));
        assert_eq!(has("", None), None);
    }
}
