//! Each secret: random from the start, in a form that its function accepts, and retained.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, resources, template};

/// Returns whether Secrets Manager generates the secret.
fn is_random(secret: &Value) -> bool {
    secret["Properties"]["GenerateSecretString"] == json!({"PasswordLength": 40, "ExcludePunctuation": true})
}

/// Returns the text of a newly created secret.
fn text(template: &Value, id: &str) -> String {
    let secret = &template["Resources"][id];
    assert_eq!(secret["Type"], "AWS::SecretsManager::Secret", "{id}");
    if is_random(secret) {
        return "aB3".repeat(14)[..40].to_owned();
    }
    let composed = secret["Properties"]["SecretString"]["Fn::Sub"].as_str().expect("a composed secret");
    let (name, half) = composed.split_once("{{resolve:secretsmanager:${").expect("a reference to another secret");
    let half = half.strip_suffix("}}}").expect("nothing after it");
    assert!(is_random(&template["Resources"][half]), "{id}: {half} is not random");
    format!("{name}{}", text(template, half))
}

#[test]
fn a_function_starts_with_the_generated_secrets() {
    let template = template();
    for provider in providers() {
        let variables = &function(&template, provider.name)["Properties"]["Environment"]["Variables"];
        let made = |keyring: &str| {
            let named = find(&variables[format!("{keyring}_ARN")], "Ref");
            text(&template, named.first().and_then(|id| id.as_str()).expect("a secret"))
        };
        assert!(provider.starts_with(made), "{}", provider.name);
    }
}

#[test]
fn the_delivery_secret_is_a_standard_webhooks_secret() {
    let secret = text(&template(), "DeliverySecret");
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_").expect("the prefix")).expect("base64");
    assert!((24..=64).contains(&bytes.len()), "{} bytes", bytes.len());
}

#[test]
fn a_secret_is_not_deleted_with_its_stack() {
    let template = template();
    let secrets = resources(&template, "AWS::SecretsManager::Secret");
    let kept = secrets
        .iter()
        .filter(|(_, secret)| secret["DeletionPolicy"] == "RetainExceptOnCreate" && secret["UpdateReplacePolicy"] == "Retain");
    let keyrings = providers().iter().map(|provider| provider.keyrings.len()).sum::<usize>();
    assert_eq!(kept.count(), keyrings + 1, "the keyrings and the delivery secret");
}

#[test]
fn every_secret_uses_the_key() {
    for (id, secret) in resources(&template(), "AWS::SecretsManager::Secret") {
        assert_eq!(
            secret["Properties"]["KmsKeyId"],
            json!({"Fn::If": ["HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}),
            "{id}"
        );
    }
}
