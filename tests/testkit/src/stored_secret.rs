//! A secret in Secrets Manager, as an operator writes it.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::Sqs;
use crate::sqs::moto_call;

/// A secret in moto's Secrets Manager.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    arn: String,
}

impl StoredSecret {
    /// A new secret with this text.
    pub async fn create(text: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let name = format!("chathooks/{}", COUNT.fetch_add(1, Ordering::Relaxed));
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

async fn call(action: &str, input: Value) -> Value {
    let target = format!("secretsmanager.{action}");
    moto_call(&Sqs::start().address, "secretsmanager", "application/x-amz-json-1.1", &target, input).await
}
