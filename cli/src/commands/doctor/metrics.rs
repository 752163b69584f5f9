//! The metrics that the functions write to CloudWatch.

use std::time::Duration;

use shared::timestamp::Timestamp;

use super::aws::{Aws, Failed, Named, members, parse};

/// The version of CloudWatch's API.
pub(super) const API: &str = "2010-08-01";
const DAY: Duration = Duration::from_secs(86_400);

/// How the values of a metric are combined.
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

/// Returns the value of a service's metric over the last days, or `None` if it has no data.
///
/// # Errors
/// The request failed.
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
    let text = aws.query("monitoring", API, "GetMetricStatistics", &fields).await?;
    let unreadable = || Failed::without_response("cloudwatch:GetMetricStatistics", "the response cannot be parsed");
    let document = parse(&text).ok_or_else(unreadable)?;
    let values = members(&document, "Datapoints").filter_map(|point| point.child_text(statistic.name())?.parse::<f64>().ok());
    Ok(match statistic {
        Statistic::Sum => values.reduce(|sum, value| sum + value),
        Statistic::Maximum => values.reduce(f64::max),
    })
}
