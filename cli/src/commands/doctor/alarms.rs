//! The CloudWatch alarms of a stack.

use roxmltree::Node;

use super::aws::{Aws, Failed, Named, members, parse};
use super::finding::Finding;
use super::metrics::API;

/// The maximum number of names in one call, and of alarms in one response.
const PAGE: usize = 100;
/// The maximum number of pages: the template has fewer than 100 alarms.
const MAX_PAGES: usize = 50;

/// An alarm.
#[derive(Debug)]
struct Alarm {
    name: String,
    description: String,
    is_ringing: bool,
    notifies: bool,
}

/// Checks the alarms of a stack. Without names, these are the alarms that CloudFormation has named after the stack.
pub(super) async fn check(aws: &Aws, stack: &str, names: &[&str]) -> Vec<Finding> {
    match read(aws, stack, names).await {
        Ok(alarms) => judge(&alarms),
        Err(error) => vec![Finding::unknown("alarms", error.to_string(), error.action())],
    }
}

async fn read(aws: &Aws, stack: &str, names: &[&str]) -> Result<Vec<Alarm>, Failed> {
    let mut alarms = Vec::new();
    for names in names.chunks(PAGE) {
        let names = (1..).zip(names).map(|(index, name)| (format!("AlarmNames.member.{index}"), (*name).to_owned()));
        alarms.extend(pages(aws, names.collect()).await?);
    }
    if names.is_empty() {
        alarms = pages(aws, vec![("AlarmNamePrefix".to_owned(), format!("{stack}-"))]).await?;
        alarms.retain(|alarm| is_of(stack, &alarm.name));
    }
    Ok(alarms)
}

/// Returns whether CloudFormation generated an alarm's name from the stack's name and the alarm's logical id. The name of another
/// stack can begin with the name of this one.
fn is_of(stack: &str, name: &str) -> bool {
    let rest = name.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
    rest.and_then(|rest| rest.split('-').next()).is_some_and(|id| id.ends_with("Alarm"))
}

async fn pages(aws: &Aws, fields: Vec<(String, String)>) -> Result<Vec<Alarm>, Failed> {
    let unreadable = |cause: &str| Failed::without_response("cloudwatch:DescribeAlarms", cause);
    let (mut alarms, mut next) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let mut fields = fields.clone();
        fields.push(("MaxRecords".to_owned(), PAGE.to_string()));
        fields.extend(next.take().map(|token| ("NextToken".to_owned(), token)));
        let text = aws.query("monitoring", API, "DescribeAlarms", &fields).await?;
        let document = parse(&text).ok_or_else(|| unreadable("the response cannot be parsed"))?;
        alarms.extend(members(&document, "MetricAlarms").map(alarm));
        next = document.descendants().find(|node| node.has_name("NextToken")).and_then(|token| token.text().map(str::to_owned));
        if next.is_none() {
            return Ok(alarms);
        }
    }
    Err(unreadable("the list does not end"))
}

fn alarm(member: Node<'_, '_>) -> Alarm {
    let has_actions = member.children().any(|list| list.has_name("AlarmActions") && list.children().any(|action| action.is_element()));
    Alarm {
        name: member.child_text("AlarmName").unwrap_or_default(),
        description: member.child_text("AlarmDescription").unwrap_or_else(|| "no description".to_owned()),
        is_ringing: member.child_text("StateValue").as_deref() == Some("ALARM"),
        notifies: has_actions && member.child_text("ActionsEnabled").as_deref() != Some("false"),
    }
}

fn judge(alarms: &[Alarm]) -> Vec<Finding> {
    if alarms.is_empty() {
        let action = "was the stack deployed from this project's template? Without alarms, failures go unnoticed";
        return vec![Finding::wrong("alarms", "the stack has none", action)];
    }
    let ringing = alarms.iter().filter(|alarm| alarm.is_ringing).map(|Alarm { name, description, .. }| {
        Finding::wrong("alarms", format!("{name} is in alarm: {description}"), "see \"When an alarm rings\" in docs/operations.md")
    });
    let mut findings: Vec<Finding> = ringing.collect();
    if !alarms.iter().any(|alarm| alarm.notifies) {
        findings.push(Finding::wrong("alarms", "none sends notifications", "deploy with AlarmTopicArn, the ARN of an SNS topic"));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("alarms", format!("none is in alarm ({} in total), and they send notifications", alarms.len())));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn alarms_of_a_longer_stack_name_are_not_the_stacks() {
        assert!(is_of("hooks", "hooks-KommoErrorsAlarm-1A2B") && is_of("hooks-2", "hooks-2-DeadLetterAlarm-1A2B"));
        assert!(!is_of("hooks", "hooks-2-DeadLetterAlarm-1A2B") && !is_of("hooks", "hooksDeadLetterAlarm"));
    }

    #[test]
    fn ringing_and_silent_alarms_are_found() {
        let text = |state: &str, enabled: &str| {
            format!(
                "<R><MetricAlarms><member><AlarmName>a</AlarmName><StateValue>{state}</StateValue><ActionsEnabled>{enabled}</ActionsEnabled>\
                 <AlarmActions><member>arn</member></AlarmActions></member></MetricAlarms></R>"
            )
        };
        for (state, enabled, level, found) in [
            ("OK", "true", Level::Ok, "none is in alarm (1 in total)"),
            ("INSUFFICIENT_DATA", "true", Level::Ok, "none is in alarm (1 in total)"),
            ("ALARM", "true", Level::Wrong, "a is in alarm: no description"),
            ("OK", "false", Level::Wrong, "none sends notifications"),
        ] {
            let text = text(state, enabled);
            let document = parse(&text).expect("XML");
            let findings = judge(&members(&document, "MetricAlarms").map(alarm).collect::<Vec<_>>());
            assert!(findings.len() == 1 && findings[0].level == level && findings[0].found.contains(found), "{findings:?}");
        }
        assert_eq!(judge(&[])[0].level, Level::Wrong);
    }
}
