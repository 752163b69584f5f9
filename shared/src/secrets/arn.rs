//! The ARN of a secret, with its region and endpoint.

use lambda_http::http::Uri;

use crate::settings::is_region;

/// A secret's full ARN: `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>-<six characters>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretArn {
    text: String,
    partition: String,
    region: String,
}

impl SecretArn {
    /// Parses an ARN, or returns `None` if it does not have that form. The name of a secret is not enough, because it has no
    /// region.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(7, ':').collect();
        let &["arn", partition, "secretsmanager", region, account, "secret", name] = parts.as_slice() else { return None };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        let is_partition = matches!(partition, "aws" | "aws-cn" | "aws-us-gov" | "aws-eusc");
        (is_partition && is_region(region) && is_account && is_name).then(|| Self {
            text: text.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the region to sign for.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Returns the Secrets Manager endpoint in the region of the ARN.
    pub(super) fn endpoint(&self) -> Option<Uri> {
        let domain = match self.partition.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            _ => "amazonaws.com",
        };
        format!("https://secretsmanager.{}.{domain}", self.region).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_that_of_the_region_and_partition() {
        for (partition, region, endpoint) in [
            ("aws", "eu-west-1", "https://secretsmanager.eu-west-1.amazonaws.com"),
            ("aws-cn", "cn-north-1", "https://secretsmanager.cn-north-1.amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-west-1", "https://secretsmanager.us-gov-west-1.amazonaws.com"),
            ("aws-eusc", "eusc-de-east-1", "https://secretsmanager.eusc-de-east-1.amazonaws.eu"),
        ] {
            let text = format!("arn:{partition}:secretsmanager:{region}:123456789012:secret:chat/acme-AbCdEf");
            let arn = SecretArn::parse(&text).expect("an ARN");
            assert_eq!((arn.as_str(), arn.region(), arn.endpoint()), (text.as_str(), region, endpoint.parse().ok()));
        }
    }

    #[test]
    fn anything_but_a_full_arn_is_rejected() {
        for text in [
            "chat/acme",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a b",
            "arn:aws:secretsmanager:eu-west-1:12345678901:secret:acme-AbCdEf",
            "arn:aws:secretsmanager::123456789012:secret:acme-AbCdEf",
            "arn:aws:secretsmanager:eu-west-1/x:123456789012:secret:acme-AbCdEf",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/acme",
            "arn:amazon:secretsmanager:eu-west-1:123456789012:secret:acme-AbCdEf",
        ] {
            assert_eq!(SecretArn::parse(text), None, "{text}");
        }
    }
}
