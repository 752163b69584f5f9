//! A secret in Secrets Manager, as an operator writes it.

use serde_json::{Value, json};

use crate::Sqs;
use crate::sqs::{moto_call, unique};

/// A secret in Secrets Manager.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    arn: String,
}

impl StoredSecret {
    /// A new secret with this text.
    pub async fn create(text: &str) -> Self {
        let name = format!("chathooks/{}", unique());
        let created = call("CreateSecret", json!({"Name": name, "SecretString": text})).await;
        Self { arn: created["ARN"].as_str().expect("a secret's ARN").to_owned() }
    }

    /// The value of a setting like `KOMMO_SECRET_ARN`.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// From now on this is its text.
    pub async fn put(&self, text: &str) {
        call("PutSecretValue", json!({"SecretId": self.arn, "SecretString": text})).await;
    }

    /// From now on it has no text, but bytes.
    pub async fn put_binary(&self) {
        call("PutSecretValue", json!({"SecretId": self.arn, "SecretBinary": "AAEC"})).await;
    }
}

async fn call(action: &str, mut input: Value) -> Value {
    // Asked for where it is no SDK that calls: 32 to 64 characters, new for each change.
    input["ClientRequestToken"] = format!("{:0>32}", unique()).into();
    let target = format!("secretsmanager.{action}");
    moto_call(&Sqs::start().address, "secretsmanager", "application/x-amz-json-1.1", &target, input).await
}
