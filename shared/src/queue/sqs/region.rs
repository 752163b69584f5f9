//! The region of a queue, derived from its URL.

/// Returns the region in the host of a queue URL: `sqs.<region>.amazonaws.com` and its variants (FIPS, dual-stack, VPC
/// endpoints, other partitions), or the legacy `<region>.queue.amazonaws.com`. `None` for any other host.
#[must_use]
pub fn region_of(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let aws = host.contains(".amazonaws.com") || host.ends_with(".amazonaws.eu") || host.ends_with(".api.aws");
    let at = |index: usize| labels.get(index).filter(|_| aws).map(|label| (*label).to_owned());
    if let Some(index) = labels.iter().position(|label| matches!(*label, "sqs" | "sqs-fips")) {
        return at(index + 1);
    }
    match labels.iter().position(|label| *label == "queue") {
        Some(0) if aws => Some("us-east-1".to_owned()),
        Some(index) if index > 0 => at(index - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_read_from_the_queue_url() {
        for (host, region) in [
            ("sqs.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("sqs.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("sqs.eusc-de-east-1.amazonaws.eu", Some("eusc-de-east-1")),
            ("sqs-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("sqs.us-east-2.api.aws", Some("us-east-2")),
            ("vpce-1-2.sqs.ap-south-1.vpce.amazonaws.com", Some("ap-south-1")),
            ("eu-central-1.queue.amazonaws.com", Some("eu-central-1")),
            ("queue.amazonaws.com", Some("us-east-1")),
            ("127.0.0.1", None),
            ("localhost", None),
            ("sqs.example.org", None),
        ] {
            assert_eq!(region_of(host).as_deref(), region, "{host}");
        }
    }
}
