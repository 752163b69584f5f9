//! The CloudFormation stack: its state, its outputs and its resources.

use std::collections::BTreeMap;

use anyhow::anyhow;

use super::aws::{Aws, Failed, Named, members};
use super::finding::Finding;

const VERSION: &str = "2010-05-15";

/// A stack.
pub(super) struct Stack {
    status: String,
    /// The outputs by their keys.
    pub(super) outputs: BTreeMap<String, String>,
    /// The resources: type and physical id.
    resources: Vec<(String, String)>,
}

impl Stack {
    /// Reads a stack.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be read.
    pub(super) async fn read(aws: &Aws, name: &str) -> anyhow::Result<Self> {
        let explain = |error: Failed| match error.code.as_str() {
            "ValidationError" => {
                anyhow!("there is no stack {name} in this account and region ({}); are the profile and the region right?", error.message)
            }
            _ => anyhow!("the stack {name} cannot be read: {error}; {}", error.action()),
        };
        let field = |value: &str| vec![("StackName".to_owned(), value.to_owned())];
        let text = aws.query("cloudformation", VERSION, "DescribeStacks", &field(name)).await.map_err(explain)?;
        let document = roxmltree::Document::parse(&text).map_err(|_| anyhow!("CloudFormation's answer cannot be parsed"))?;
        let outputs =
            members(&document, "Outputs").filter_map(|output| Some((output.child_text("OutputKey")?, output.child_text("OutputValue")?)));
        let status = members(&document, "Stacks").next().and_then(|stack| stack.child_text("StackStatus")).unwrap_or_default();
        let mut stack = Self { status, outputs: outputs.collect(), resources: Vec::new() };
        let mut next: Option<String> = None;
        loop {
            let mut fields = field(name);
            fields.extend(next.take().map(|token| ("NextToken".to_owned(), token)));
            let text = aws.query("cloudformation", VERSION, "ListStackResources", &fields).await.map_err(explain)?;
            let document = roxmltree::Document::parse(&text).map_err(|_| anyhow!("CloudFormation's answer cannot be parsed"))?;
            stack.resources.extend(
                members(&document, "StackResourceSummaries")
                    .filter_map(|resource| Some((resource.child_text("ResourceType")?, resource.child_text("PhysicalResourceId")?))),
            );
            next = document
                .descendants()
                .find(|node| node.has_tag_name_ignoring_namespace("NextToken"))
                .and_then(|token| token.text().map(str::to_owned));
            if next.is_none() {
                return Ok(stack);
            }
        }
    }

    /// The physical ids of all resources of a type.
    pub(super) fn resources<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s str> {
        self.resources.iter().filter(move |(known, _)| known == kind).map(|(_, id)| id.as_str())
    }

    /// What its state says.
    pub(super) fn finding(&self) -> Finding {
        let status = self.status.as_str();
        let found = format!("it is in the state {status}");
        match status {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Finding::ok("stack", found),
            _ if status.contains("ROLLBACK_COMPLETE") => Finding::wrong(
                "stack",
                format!("{found}: the last deployment failed and was rolled back"),
                "see its events: aws cloudformation describe-stack-events",
            ),
            _ if status.ends_with("_IN_PROGRESS") => Finding::note("stack", format!("{found}: the findings below may change")),
            _ => Finding::wrong("stack", found, "see its events: aws cloudformation describe-stack-events"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_state_is_right_or_told() {
        let level = |status: &str| Stack { status: status.to_owned(), outputs: BTreeMap::new(), resources: Vec::new() }.finding().level;
        assert_eq!([level("UPDATE_COMPLETE"), level("UPDATE_IN_PROGRESS")], [Level::Ok, Level::Note]);
        for status in ["UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_FAILED", "DELETE_COMPLETE", ""] {
            assert_eq!(level(status), Level::Wrong, "{status}");
        }
    }
}
