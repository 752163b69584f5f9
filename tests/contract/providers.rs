//! The provider pages: the fields, samples and 401 reasons that they name exist.

use std::collections::BTreeSet;
use std::fs;

use functions::PROVIDERS;
use serde_json::Value;
use testkit::workspace;

use crate::pages::{self, Page};
use crate::sources::sources;

/// Returns every provider that has a page, with the page.
pub(crate) fn documented() -> Vec<(&'static str, Page)> {
    let page = |name: &'static str| {
        let path = format!("docs/providers/{name}.md");
        workspace().join(&path).exists().then(|| (name, Page::read(&path)))
    };
    let documented: Vec<_> = PROVIDERS.iter().filter_map(|provider| page(provider.name)).collect();
    let pages = fs::read_dir(workspace().join("docs/providers")).expect("docs/providers").count();
    assert_eq!(documented.len(), pages, "a page in docs/providers belongs to no provider");
    documented
}

/// Words in the tables that are not fields: parts of `a:b`, `%3A`, `<state>At` and `Kore.ai`, and a value.
const NO_FIELD: [&str; 9] = ["a", "b", "A", "At", "_at", "state", "true", "Kore", "ai"];

#[test]
fn every_field_of_a_mapping_is_in_a_sample_or_in_the_code() {
    let envelope = fs::read_to_string(workspace().join("docs/schema/event.schema.json")).expect("the schema");
    let mut missing = Vec::new();
    for (provider, page) in documented() {
        let mut known = BTreeSet::new();
        testkit::samples(provider).iter().for_each(|sample| collect(&body(&sample.body), &mut known));
        let code: String = sources(&format!("functions/{provider}/src")).into_iter().map(|source| source.text).collect();
        let words = mapping(&page);
        assert!(words.len() > 15, "{provider}: {words:?}");
        let seen = words.iter().filter(|word| known.contains(*word)).count();
        assert!(seen > 10, "{provider}: only {seen} are in a sample");
        for word in words {
            let quoted = format!("\"{word}\"");
            let found = known.contains(&word) || envelope.contains(&quoted) || code.contains(&quoted) || NO_FIELD.contains(&word.as_str());
            missing.extend((!found).then(|| format!("{provider}: {word}")));
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_reason_on_a_page_exists() {
    let reasons = ["verify/refusal.rs", "problem.rs"]
        .map(|file| fs::read_to_string(workspace().join("shared/src").join(file)).expect("a file"))
        .concat();
    for (provider, page) in documented() {
        let page = page.prose();
        let (_, table) = page.split_once("\n## When it answers 401").expect("the section");
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
        assert!(rows.len() > 3, "{provider}: {rows:?}");
        for reason in rows.iter().flat_map(|row| row.split('|').nth(1).expect("a cell").split('`').skip(1).step_by(2)) {
            assert!(reason == "reason" || reasons.contains(&format!("=> \"{reason}\"")), "{provider}: {reason}");
        }
    }
}

#[test]
fn every_sample_that_a_page_names_exists() {
    let mut count = 0;
    for page in pages::all() {
        // `kommo/v2-text` as a separate word, in a command or in the text.
        for word in page.text.split([' ', '`', '\n', '(', ')', '"']) {
            let Some((provider, name)) = word.trim_start_matches("events/").split_once('/') else { continue };
            let is_name =
                !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
            if PROVIDERS.iter().any(|known| known.name == provider) && is_name && !page.path.ends_with("ARCHITECTURE.md") {
                assert!(testkit::samples(provider).iter().any(|sample| sample.name == name), "{}: {word}", page.path.display());
                count += 1;
            }
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn every_sample_is_listed_on_the_samples_page() {
    let page = Page::read("events/README.md").text;
    for (provider, _) in documented() {
        for sample in testkit::samples(provider) {
            assert!(page.contains(&format!("`{}`", sample.name)), "{provider}/{}", sample.name);
        }
    }
}

/// Returns the words in code spans in the tables of the mapping sections.
fn mapping(page: &Page) -> BTreeSet<String> {
    let prose = page.prose();
    let sections = prose.split("\n## ").filter(|section| section.starts_with("Mapping"));
    let rows = sections.flat_map(str::lines).filter(|line| line.starts_with('|'));
    let code = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let words = code.flat_map(|code| code.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '_'));
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
}

/// Parses a body as JSON, leaving `\u` escapes as text if it contains lone surrogates.
fn body(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    serde_json::from_str(&text).or_else(|_| serde_json::from_str(&text.replace("\\u", "\\\\u"))).expect("JSON")
}

/// Collects all member names and all strings, because a kind is a string.
fn collect(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                known.insert(name.clone());
                collect(value, known);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, known)),
        Value::String(text) => drop(known.insert(text.clone())),
        _ => {}
    }
}
