//! A secret in Secrets Manager, managed as an operator manages it.

use serde_json::{Value, json};

use crate::Sqs;
use crate::sqs::{moto_call, unique};

/// A secret in Secrets Manager.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    arn: String,
}

impl StoredSecret {
    /// Creates a secret with this text.
    pub async fn create(text: &str) -> Self {
        let name = format!("chathooks/{}", unique());
        let created = call("CreateSecret", json!({"Name": name, "SecretString": text})).await;
        Self { arn: created["ARN"].as_str().expect("a secret's ARN").to_owned() }
    }

    /// Returns the value of a setting such as `KOMMO_SECRET_ARN`.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Replaces the text.
    pub async fn put(&self, text: &str) {
        call("PutSecretValue", json!({"SecretId": self.arn, "SecretString": text})).await;
    }

    /// Replaces the text with binary data.
    pub async fn put_binary(&self) {
        call("PutSecretValue", json!({"SecretId": self.arn, "SecretBinary": "AAEC"})).await;
    }
}

async fn call(action: &str, mut input: Value) -> Value {
    // Required when the caller is not an SDK: 32 to 64 characters, unique for each change.
    input["ClientRequestToken"] = format!("{:0>32}", unique()).into();
    let target = format!("secretsmanager.{action}");
    moto_call(&Sqs::start().address, "secretsmanager", "application/x-amz-json-1.1", &target, input).await
}
