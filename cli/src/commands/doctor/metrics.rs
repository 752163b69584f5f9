//! CloudWatch: the alarms of a stack, and what its metrics say of failed enqueues and of the keys that are used.

use std::time::Duration;

use shared::timestamp::Timestamp;

use super::aws::{Aws, Failed, Named, members};
use super::finding::Finding;

const VERSION: &str = "2010-08-01";
/// The most names that CloudWatch takes in one call.
const MOST_NAMES: usize = 100;
const DAY: Duration = Duration::from_secs(86_400);

/// How values of a metric become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistic {
    Sum,
    Maximum,
}

impl Statistic {
    fn name(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Maximum => "Maximum",
        }
    }
}

/// Checks the alarms of a stack: those of these names, else those whose names begin with the stack's, as CloudFormation makes
/// them.
pub(super) async fn alarms(aws: &Aws, stack: &str, names: &[&str]) -> Vec<Finding> {
    let by_name =
        |names: &[&str]| (1..).zip(names).map(|(index, name)| (format!("AlarmNames.member.{index}"), (*name).to_owned())).collect();
    let mut questions: Vec<Vec<(String, String)>> = names.chunks(MOST_NAMES).map(by_name).collect();
    if questions.is_empty() {
        questions.push(vec![("AlarmNamePrefix".to_owned(), format!("{stack}-"))]);
    }
    let (mut findings, mut count, mut with_action) = (Vec::new(), 0, 0);
    for mut fields in questions {
        fields.push(("MaxRecords".to_owned(), MOST_NAMES.to_string()));
        let text = match aws.query("monitoring", VERSION, "DescribeAlarms", &fields).await {
            Ok(text) => text,
            Err(error) => return vec![Finding::unknown("alarms", error.to_string(), error.action())],
        };
        let Ok(document) = roxmltree::Document::parse(&text) else {
            return vec![Finding::unknown("alarms", "CloudWatch's answer cannot be parsed", "try again")];
        };
        for alarm in members(&document, "MetricAlarms") {
            count += 1;
            let name = alarm.child_text("AlarmName").unwrap_or_default();
            if alarm.child_text("StateValue").as_deref() == Some("ALARM") {
                let description = alarm.child_text("AlarmDescription").unwrap_or_else(|| "no description".to_owned());
                findings.push(Finding::wrong(
                    "alarms",
                    format!("{name} is in alarm: {description}"),
                    "docs/operations.md says what to do for each alarm",
                ));
            }
            let has_action = alarm
                .children()
                .any(|list| list.has_tag_name_ignoring_namespace("AlarmActions") && list.children().any(|action| action.is_element()));
            with_action += usize::from(has_action);
        }
    }
    if count == 0 {
        return vec![Finding::wrong(
            "alarms",
            "the stack has none",
            "was the stack deployed from this project's template? Without alarms, failures go unnoticed",
        )];
    }
    if with_action == 0 {
        findings.push(Finding::wrong("alarms", "none of them sends notifications", "deploy with AlarmTopicArn, the ARN of an SNS topic"));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("alarms", format!("none of {count} is in alarm, and they send notifications")));
    }
    findings
}

/// The value of a function's metric over the last days; none where there was nothing to measure.
///
/// # Errors
/// It cannot be read.
pub(super) async fn metric(
    aws: &Aws,
    [namespace, service]: [&str; 2],
    name: &str,
    statistic: Statistic,
    days: u32,
) -> Result<Option<f64>, Failed> {
    let now = Timestamp::now();
    let millis = i64::try_from((DAY * days).as_millis()).unwrap_or_default();
    let start = Timestamp::from_millis(now.millis() - millis).unwrap_or(now);
    let fields = [
        ("Namespace", namespace.to_owned()),
        ("MetricName", name.to_owned()),
        ("Dimensions.member.1.Name", "service".to_owned()),
        ("Dimensions.member.1.Value", service.to_owned()),
        ("StartTime", start.to_string()),
        ("EndTime", now.to_string()),
        ("Period", DAY.as_secs().to_string()),
        ("Statistics.member.1", statistic.name().to_owned()),
    ];
    let fields: Vec<(String, String)> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let text = aws.query("monitoring", VERSION, "GetMetricStatistics", &fields).await?;
    let unreadable = || Failed {
        permission: "cloudwatch:GetMetricStatistics".to_owned(),
        code: String::new(),
        message: "the answer cannot be read".to_owned(),
    };
    let document = roxmltree::Document::parse(&text).map_err(|_| unreadable())?;
    let values = members(&document, "Datapoints").filter_map(|point| point.child_text(statistic.name())?.parse::<f64>().ok());
    Ok(match statistic {
        Statistic::Sum => values.reduce(|sum, value| sum + value),
        Statistic::Maximum => values.reduce(f64::max),
    })
}
