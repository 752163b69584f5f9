//! Who a queue's policy gives access to.

use serde_json::Value;

use super::super::finding::Finding;
use super::Queue;

/// Returns a finding if the queue's policy allows access to everyone, or denies it to everyone.
pub(super) fn judge(queue: &Queue<'_>) -> Option<Finding> {
    let policy: Value = serde_json::from_str(queue.attributes.get("Policy")?).unwrap_or_default();
    let wrong = |found, action| Some(Finding::wrong(queue.role.subject(), found, action));
    match () {
        () if applies_to_everyone(&policy, "Allow") => {
            wrong("its policy allows access to everyone", "remove the statement that allows `*` without a condition")
        }
        () if applies_to_everyone(&policy, "Deny") => wrong(
            "its policy denies access to everyone, the functions included",
            "remove the statement that denies `*` without a condition",
        ),
        () => None,
    }
}

/// Whether a statement with that effect applies to every principal, without a condition.
fn applies_to_everyone(policy: &Value, effect: &str) -> bool {
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    statements.iter().any(|statement| {
        let principal = &statement["Principal"];
        let is_all = |value: &Value| *value == "*" || value.as_array().is_some_and(|all| all.iter().any(|one| *one == "*"));
        statement["Effect"] == effect && statement.get("Condition").is_none() && (is_all(principal) || is_all(&principal["AWS"]))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Role;
    use super::*;

    #[test]
    fn a_policy_for_everyone_is_wrong_without_a_condition() {
        for (policy, found) in [
            (r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"sqs:*"}}"#, Some("allows access to everyone")),
            (r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*"}]}"#, Some("denies access to everyone")),
            (r#"{"Statement":[{"Effect":"Deny","Principal":"*","Condition":{}},{"Effect":"Allow","Principal":"*","Condition":{}}]}"#, None),
            (r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"}}]}"#, None),
            ("", None),
        ] {
            let attributes = BTreeMap::from([("Policy".to_owned(), policy.to_owned())]);
            let finding = judge(&Queue { role: Role::Main, url: "https://q/1", attributes });
            assert_eq!(finding.is_some(), found.is_some(), "{policy}");
            assert!(finding.is_none_or(|finding| finding.found.contains(found.unwrap_or_default())), "{policy}");
        }
    }
}
