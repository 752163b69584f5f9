//! `docs/operations.md` against the templates and against real log lines.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use testkit::{Function, Post, Sqs, binary, proof, workspace};

use crate::pages::Page;
use crate::providers::documented;

fn operations() -> Page {
    Page::read("docs/operations.md")
}

fn file(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).expect("a file")
}

/// Metrics, API actions and errors of AWS.
const OF_AWS: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "ApproximateNumberOfMessagesNotVisible",
    "ChangeMessageVisibility",
    "DecryptionFailure",
    "Url5xxCount",
];

#[test]
fn every_template_name_on_a_page_exists() {
    let templates = file("template.yaml") + &file("fallback.yaml");
    let known: BTreeSet<&str> = templates.split(|letter: char| !letter.is_alphanumeric()).collect();
    let metrics = file("shared/src/metrics.rs");
    let mut count = 0;
    for page in documented().into_iter().map(|(_, page)| page).chain([operations()]) {
        for name in page.code().iter().filter_map(|code| code.split('=').next()).filter(|name| is_template_name(name)) {
            let found = known.contains(name) || metrics.contains(&format!("\"{name}\"")) || OF_AWS.contains(&name);
            assert!(found, "{}: {name}", page.path.display());
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// Returns whether a word looks like `LogRetentionDays`: only letters and digits, a leading capital, and another
/// capital after a lower-case letter.
fn is_template_name(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_word = letters.iter().all(|letter| letter.is_ascii_alphanumeric()) && letters.first().is_some_and(char::is_ascii_uppercase);
    is_word && letters.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

#[tokio::test]
async fn every_field_of_a_query_is_in_a_log_line() {
    let queue = Sqs::start().create_queue("operations").await;
    let binary = &binary("kommo");
    let env = [("QUEUE_URL", queue.url()), ("KOMMO_SECRET", "secret"), ("ACK_BUDGET_MS", "20000"), ("DELIVERY_URL", "")];
    let function = Function::start(binary, &env).await;
    let unknown = r#"{"x":1}"#;
    let signed = Post::new("/kommo/shop", unknown).with("x-signature", proof::hmac_sha1("secret", unknown.as_bytes()));
    let mut lines = Vec::new();
    for post in [signed, Post::new("/kommo/shop", "{}")] {
        let answer = function.invoke_http(&post.event()).await;
        lines.push(function.log_with(&answer.request_id).await);
    }
    let failed = Function::start_expecting_failure(binary, &[("QUEUE_URL", queue.url())]).await;
    lines.extend(failed.logs.into_iter().filter(|line| line.starts_with('{')));
    let mut fields = BTreeSet::new();
    for line in lines {
        let line: Value = serde_json::from_str(&line).expect("JSON");
        fields.extend(line.as_object().expect("an object").keys().cloned());
    }
    // The fields of the API's access log, and of the lines that Lambda writes.
    let template = file("template.yaml");
    let access = template.split("Format: >-").nth(1).and_then(|rest| rest.split("HttpApiLogs").next()).expect("a format");
    fields.extend(access.split('"').skip(1).step_by(2).map(str::to_owned));
    fields.extend(["record", "errorType", "location"].map(str::to_owned));
    // The worker's own fields, which the worker's tests cover.
    let worker = file("functions/worker/src/line.rs");

    let page = operations();
    let queries = page.blocks("logs-insights");
    assert!(queries.len() > 5);
    for query in queries {
        for word in words(query) {
            let known = fields.contains(word) || worker.contains(&format!("    {word}: ")) || WORDS.contains(&word);
            assert!(known, "{word} of {query}; a line has {fields:?}");
        }
    }
}

/// The Logs Insights keywords that the page uses.
const WORDS: [&str; 18] = [
    "filter",
    "stats",
    "sort",
    "limit",
    "display",
    "by",
    "desc",
    "and",
    "or",
    "not",
    "in",
    "count",
    "max",
    "latest",
    "bin",
    "ispresent",
    "1m",
    "5m",
];

/// Returns the words of a query outside its quotes, without numbers.
fn words(query: &str) -> impl Iterator<Item = &str> {
    let outside = query.split('"').step_by(2).flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    outside.filter(|word| word.chars().any(char::is_alphabetic))
}
