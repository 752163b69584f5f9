//! The CloudFormation stack: its status, outputs and resources.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail};

use super::aws::{Aws, Failed, Named, members, parse};
use super::finding::{Finding, Level};

const API: &str = "2010-05-15";
/// The maximum number of pages of resources: a stack has at most 500 resources, 100 on a page.
const MAX_PAGES: usize = 20;

/// A stack.
pub(super) struct Stack {
    pub(super) name: String,
    status: String,
    /// The outputs by their keys.
    pub(super) outputs: BTreeMap<String, String>,
    /// The type and the physical id of each resource.
    resources: Result<Vec<(String, String)>, Failed>,
}

impl Stack {
    /// Reads the stack with that name or ARN. Resources that cannot be read are not an error, but a finding.
    ///
    /// # Errors
    /// There is no such stack, or it cannot be read.
    pub(super) async fn read(aws: &Aws, name: &str) -> anyhow::Result<Self> {
        let text = aws.query("cloudformation", API, "DescribeStacks", &of_stack(name)).await.map_err(|error| {
            if error.code == "ValidationError" && error.message.contains("does not exist") {
                anyhow!("there is no stack {name} in {} in this account; check AWS_REGION and AWS_PROFILE", aws.region())
            } else if error.code == "ValidationError" {
                anyhow!("--stack: {}", error.message)
            } else {
                anyhow!("the stack {name} cannot be read: {error}; {}", error.action())
            }
        })?;
        let Some(document) = parse(&text) else { bail!("CloudFormation's response cannot be parsed") };
        let Some(stack) = members(&document, "Stacks").next() else {
            bail!("CloudFormation's response has no stack");
        };
        let outputs =
            members(&document, "Outputs").filter_map(|output| Some((output.child_text("OutputKey")?, output.child_text("OutputValue")?)));
        Ok(Self {
            name: stack.child_text("StackName").unwrap_or_else(|| name.to_owned()),
            status: stack.child_text("StackStatus").unwrap_or_default(),
            outputs: outputs.collect(),
            resources: resources(aws, name).await,
        })
    }

    /// Returns the physical ids of all resources of a type.
    pub(super) fn resources<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s str> {
        self.resources.iter().flatten().filter(move |(known, _)| known == kind).map(|(_, id)| id.as_str())
    }

    /// Returns whether the resources were read and no deployment is changing them.
    pub(super) fn is_known(&self) -> bool {
        self.resources.is_ok() && !self.status.ends_with("_IN_PROGRESS")
    }

    /// Returns the findings about the status, and about parts of the stack that could not be read.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let status = self.status();
        let is_deployed = status.level != Level::Wrong;
        let mut findings = vec![status];
        if let Err(error) = &self.resources {
            findings.push(Finding::unknown("resources", error.to_string(), error.action()));
        }
        if self.outputs.is_empty() && is_deployed {
            findings.push(Finding::unknown(
                "deployment",
                "the stack has no outputs, so nothing else was checked",
                "is it a stack of this project's template, and has its deployment finished?",
            ));
        }
        findings
    }

    fn status(&self) -> Finding {
        let (name, status) = (&self.name, self.status.as_str());
        let wrong = |found: &str, action: String| Finding::wrong("stack", format!("{status}: {found}"), action);
        let cause = format!("find the cause with `aws cloudformation describe-stack-events --stack-name {name}`");
        match status {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Finding::ok("stack", status),
            "REVIEW_IN_PROGRESS" => wrong("nothing is deployed, because the change set was not executed", "deploy the stack".to_owned()),
            "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => {
                wrong("the stack could not be created", format!("{cause}, then delete the stack and deploy it again"))
            }
            "UPDATE_ROLLBACK_FAILED" => wrong(
                "the last update failed, and so did its rollback",
                format!("{cause}, then `aws cloudformation continue-update-rollback --stack-name {name}`"),
            ),
            _ if status.starts_with("DELETE_") => wrong("the stack is being deleted, or was deleted", "deploy it again".to_owned()),
            _ if status.contains("ROLLBACK") && status.ends_with("_IN_PROGRESS") => {
                wrong("the deployment failed and is being rolled back", cause)
            }
            _ if status.contains("ROLLBACK") => {
                wrong("the last deployment failed, and the previous version is running", format!("{cause}, then deploy the stack again"))
            }
            _ if status.ends_with("_IN_PROGRESS") => {
                Finding::note("stack", format!("{status}: a deployment is running, so the other findings can change"))
            }
            _ => wrong("the last deployment failed", format!("{cause}, then deploy the stack again")),
        }
    }
}

async fn resources(aws: &Aws, name: &str) -> Result<Vec<(String, String)>, Failed> {
    let incomplete = |cause: &str| Failed::without_response("cloudformation:ListStackResources", cause);
    let (mut resources, mut next) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let mut fields = of_stack(name);
        fields.extend(next.take().map(|token| ("NextToken".to_owned(), token)));
        let text = aws.query("cloudformation", API, "ListStackResources", &fields).await?;
        let document = parse(&text).ok_or_else(|| incomplete("the response cannot be parsed"))?;
        resources.extend(
            members(&document, "StackResourceSummaries")
                // CloudFormation still lists what a rollback has deleted.
                .filter(|resource| resource.child_text("ResourceStatus").is_none_or(|status| status != "DELETE_COMPLETE"))
                .filter_map(|resource| Some((resource.child_text("ResourceType")?, resource.child_text("PhysicalResourceId")?))),
        );
        next = document.descendants().find(|node| node.has_name("NextToken")).and_then(|token| token.text().map(str::to_owned));
        if next.is_none() {
            return Ok(resources);
        }
    }
    Err(incomplete("the list does not end"))
}

fn of_stack(name: &str) -> Vec<(String, String)> {
    vec![("StackName".to_owned(), name.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_level() {
        let stack = |status: &str| Stack {
            name: "s".to_owned(),
            status: status.to_owned(),
            outputs: BTreeMap::from([("QueueUrl".to_owned(), "https://q".to_owned())]),
            resources: Ok(Vec::new()),
        };
        let finding = |status: &str| stack(status).findings().remove(0);
        for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"] {
            assert!(finding(status).level == Level::Ok && stack(status).is_known(), "{status}");
        }
        for status in ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"] {
            assert!(finding(status).level == Level::Note && !stack(status).is_known(), "{status}");
        }
        for (status, found) in [
            ("ROLLBACK_COMPLETE", "could not be created"),
            ("UPDATE_ROLLBACK_COMPLETE", "the previous version is running"),
            ("UPDATE_ROLLBACK_IN_PROGRESS", "is being rolled back"),
            ("UPDATE_ROLLBACK_FAILED", "so did its rollback"),
            ("UPDATE_FAILED", "the last deployment failed"),
            ("REVIEW_IN_PROGRESS", "nothing is deployed"),
            ("DELETE_COMPLETE", "was deleted"),
            ("", "the last deployment failed"),
        ] {
            let finding = finding(status);
            assert!(finding.level == Level::Wrong && finding.found.contains(found), "{status}: {finding:?}");
        }
    }

    #[test]
    fn outputs_of_no_deployment_and_unreadable_resources_are_findings() {
        let denied = Failed { permission: "x:Y".to_owned(), code: "AccessDenied".to_owned(), message: String::new() };
        let stack = Stack { name: "s".to_owned(), status: "CREATE_COMPLETE".to_owned(), outputs: BTreeMap::new(), resources: Err(denied) };
        let subjects: Vec<String> = stack.findings().into_iter().map(|finding| finding.subject).collect();
        assert_eq!(subjects, ["stack", "resources", "deployment"]);
        assert!(!stack.is_known());
    }
}
