//! No setting exists in only one place: the code's constants, the template's variables and the README's table agree.

use std::collections::BTreeSet;

use shared::settings::{
    ACK_BUDGET_MS, AWS_ACCESS_KEY_ID, AWS_CA_BUNDLE, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL_SQS,
    AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_RUNTIME_API, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, BASE_PATH,
    DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET, DELIVERY_SECRET_ARN, DELIVERY_URL, FALLBACK_QUEUE_URL, POWERTOOLS_METRICS_DISABLED,
    POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME, QUARANTINE_QUEUE_URL, QUEUE_URL, SECRETS_MANAGER_TTL, SSL_CERT_DIR,
    SSL_CERT_FILE,
};

use crate::code::{providers, shared_settings};
use crate::document::{function, keys, template, text};

/// The settings that every function receiving webhooks reads.
const RECEIVING: [&str; 6] =
    [BASE_PATH, QUEUE_URL, FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_DISABLED];

/// The settings that the worker reads.
const WORKER: [&str; 6] =
    [QUEUE_URL, DEAD_LETTER_QUEUE_URL, DELIVERY_URL, DELIVERY_SECRET_ARN, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_DISABLED];

/// Set by Lambda itself, never by users.
const OF_LAMBDA: [&str; 5] =
    [AWS_LAMBDA_RUNTIME_API, AWS_LAMBDA_FUNCTION_NAME, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN];

/// The settings that the template leaves out, and why. The keyrings are also left out, because the
/// template sets their ARNs.
const LEFT_OUT: [(&str, &str); 11] = [
    (AWS_REGION, "set by Lambda"),
    (AWS_ENDPOINT_URL, "for emulators"),
    (AWS_ENDPOINT_URL_SQS, "for emulators"),
    (AWS_ENDPOINT_URL_SECRETS_MANAGER, "for emulators"),
    (ACK_BUDGET_MS, "each provider's default is in the code"),
    (SECRETS_MANAGER_TTL, "its default is its maximum"),
    (DELIVERY_SECRET, "a secret is in Secrets Manager"),
    (AWS_CA_BUNDLE, "its file needs a custom zip or layer"),
    (SSL_CERT_FILE, "its file needs a custom zip or layer"),
    (SSL_CERT_DIR, "its folder needs a custom zip or layer"),
    (POWERTOOLS_METRICS_NAMESPACE, "service names distinguish stacks, and the alarms depend on it"),
];

fn own(names: impl IntoIterator<Item = impl Into<String>>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

fn keyrings() -> BTreeSet<String> {
    own(providers().iter().flat_map(|provider| provider.keyrings.clone()))
}

fn arns() -> BTreeSet<String> {
    keyrings().iter().map(|keyring| format!("{keyring}_ARN")).collect()
}

fn provider_settings() -> BTreeSet<String> {
    own(providers().iter().flat_map(|provider| provider.settings.clone()))
}

fn variables(name: &str) -> BTreeSet<String> {
    let template = template();
    let variables = keys(&function(&template, name)["Properties"]["Environment"]["Variables"]);
    own(variables)
}

#[test]
fn each_function_gets_the_settings_that_it_reads() {
    for provider in providers() {
        let arns = provider.keyrings.iter().map(|keyring| format!("{keyring}_ARN"));
        let expected = arns.chain(RECEIVING.iter().chain(&provider.settings).map(|name| (*name).to_owned())).collect();
        assert_eq!(variables(provider.name), expected, "{}", provider.name);
    }
    assert_eq!(variables("worker"), own(WORKER));
}

#[test]
fn each_setting_in_the_code_is_in_the_template_or_left_out_for_a_reason() {
    let functions = providers().into_iter().map(|provider| provider.name).chain(["worker"]);
    let in_template: BTreeSet<String> = functions.flat_map(variables).collect();
    let left_out: BTreeSet<String> = own(OF_LAMBDA.into_iter().chain(LEFT_OUT.map(|(name, _)| name))).union(&keyrings()).cloned().collect();
    assert_eq!(in_template.intersection(&left_out).next(), None, "both in the template and left out");
    let known: BTreeSet<String> = in_template.union(&left_out).cloned().collect();
    let code: BTreeSet<String> = [shared_settings(), provider_settings(), keyrings(), arns()].into_iter().flatten().collect();
    assert_eq!(known, code);
}

#[test]
fn the_readme_has_every_setting() {
    let readme = text("README.md");
    let section = readme.split("## Settings").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let is_name = |name: &&str| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let listed: BTreeSet<String> =
        rows.flat_map(|names| names.split(['`', ' ', ','])).filter(|name| name.len() > 1).filter(is_name).map(str::to_owned).collect();
    // One ARN stands for all of them.
    assert!(listed.iter().any(|name| arns().contains(name)), "no keyring ARN is listed");
    let listed: BTreeSet<String> = listed.union(&arns()).cloned().collect();
    let code: BTreeSet<String> = [shared_settings(), provider_settings(), keyrings(), arns()].into_iter().flatten().collect();
    assert_eq!(listed, code.difference(&own(OF_LAMBDA)).cloned().collect());
}
