//! The names of all settings, to detect typos.

use shared::settings::{
    ACK_BUDGET_MS, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL_SQS, AWS_REGION,
    AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, BASE_PATH, DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET, DELIVERY_SECRET_ARN, DELIVERY_URL,
    FALLBACK_QUEUE_URL, POWERTOOLS_METRICS_DISABLED, POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME, QUARANTINE_QUEUE_URL,
    QUEUE_URL, SECRETS_MANAGER_TTL,
};

use crate::endpoints::webhooks;

/// The setting with the profile of the AWS configuration.
pub(crate) const AWS_PROFILE: &str = "AWS_PROFILE";
/// The setting with the region that the AWS CLI uses if `AWS_REGION` is not set.
pub(crate) const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// The setting with the path of the AWS configuration.
pub(crate) const AWS_CONFIG_FILE: &str = "AWS_CONFIG_FILE";
/// The setting with the path of the AWS credentials file.
pub(crate) const AWS_SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";

/// The settings of the project except those of the providers, and the AWS settings that the commands use.
const NAMES: [&str; 24] = [
    QUEUE_URL,
    FALLBACK_QUEUE_URL,
    QUARANTINE_QUEUE_URL,
    DEAD_LETTER_QUEUE_URL,
    ACK_BUDGET_MS,
    BASE_PATH,
    SECRETS_MANAGER_TTL,
    DELIVERY_URL,
    DELIVERY_SECRET,
    DELIVERY_SECRET_ARN,
    POWERTOOLS_SERVICE_NAME,
    POWERTOOLS_METRICS_NAMESPACE,
    POWERTOOLS_METRICS_DISABLED,
    AWS_REGION,
    AWS_DEFAULT_REGION,
    AWS_PROFILE,
    AWS_CONFIG_FILE,
    AWS_SHARED_CREDENTIALS_FILE,
    AWS_ENDPOINT_URL,
    AWS_ENDPOINT_URL_SQS,
    AWS_ENDPOINT_URL_SECRETS_MANAGER,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
];

/// The similarity above which a name is taken for a typo of another.
const ALIKE: f64 = 0.9;

/// Returns the settings with secrets. An empty secret is an error.
pub(super) fn secrets() -> impl Iterator<Item = &'static str> {
    webhooks().map(|webhook| webhook.keyring).chain([DELIVERY_SECRET])
}

fn all() -> impl Iterator<Item = String> {
    let of_providers = webhooks().flat_map(|webhook| std::iter::once(webhook.keyring).chain(webhook.settings()));
    let arns = webhooks().map(|webhook| format!("{}_ARN", webhook.keyring));
    NAMES.into_iter().chain(of_providers).map(str::to_owned).chain(arns)
}

/// Returns the warning for an unknown name, or `None` if the name is a setting.
pub(super) fn warning(name: &str) -> Option<String> {
    if all().any(|known| known == name) {
        return None;
    }
    let likeness = |known: &String| strsim::jaro_winkler(&name.to_ascii_uppercase(), known);
    let nearest = all().max_by(|one, other| likeness(one).total_cmp(&likeness(other))).filter(|known| likeness(known) > ALIKE);
    let meant = nearest.map_or_else(|| "it is not used".to_owned(), |nearest| format!("did you mean {nearest}?"));
    Some(format!("{name} is not a setting of chathooks; {meant}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_suggests_the_nearest_setting() {
        for name in ["QUEUE_URL", "KOMMO_SECRET", "KOMMO_SECRET_ARN", "KORE_REPLY", "KOMMUNICATE_ALLOW_UNAUTHENTICATED", "AWS_PROFILE"] {
            assert_eq!(warning(name), None);
        }
        for (name, meant) in [
            ("KOMO_SECRET", "did you mean KOMMO_SECRET?"),
            ("kommo_secret", "did you mean KOMMO_SECRET?"),
            ("QIKCHAT_LOGN", "did you mean QIKCHAT_LOGIN?"),
            ("QUEUE_URI", "did you mean QUEUE_URL?"),
            ("AWS_REGON", "did you mean AWS_REGION?"),
            ("DATABASE", "it is not used"),
        ] {
            assert_eq!(warning(name), Some(format!("{name} is not a setting of chathooks; {meant}")));
        }
    }
}
