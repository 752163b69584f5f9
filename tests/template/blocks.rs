//! A provider has one block in each section of the template, and no other line depends on it.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::code::providers;
use crate::document::{template, text};

/// The sections that have blocks.
const SECTIONS: [&str; 6] = ["Metadata", "Parameters", "Rules", "Conditions", "Resources", "Outputs"];

/// The owner of everything that belongs to no provider.
const SHARED: &str = "All providers";

/// Returns the name of the provider whose block a comment opens.
fn owner(comment: &str) -> Option<&'static str> {
    let title: String = comment.strip_prefix("# ")?.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_one_word = !comment[2..].contains(' ');
    let mut names = providers().into_iter().map(|provider| provider.name);
    // `Kore.ai` for `kore`; the longest name wins.
    let fits = |name: &&str| is_one_word && title.to_lowercase().starts_with(&name.replace(['-', '_'], ""));
    names.by_ref().filter(fits).max_by_key(|name| name.len())
}

/// Returns each section's blocks in order, with the names declared in them.
fn blocks() -> BTreeMap<String, Vec<(&'static str, Vec<String>)>> {
    let mut blocks: BTreeMap<String, Vec<(&str, Vec<String>)>> = BTreeMap::new();
    let mut section = String::new();
    for line in text("template.yaml").lines() {
        if let Some(name) = line.strip_suffix(':').filter(|name| !name.starts_with(' ')) {
            name.clone_into(&mut section);
        }
        let of_section = blocks.entry(section.clone()).or_default();
        let title = line.trim_start();
        if let Some(owner) = owner(title) {
            of_section.push((owner, Vec::new()));
        } else if of_section.is_empty() || title == format!("# {SHARED}") {
            of_section.push((SHARED, Vec::new()));
        }
        let declared = line.strip_prefix("  ").filter(|line| line.starts_with(char::is_alphanumeric)).and_then(|line| line.split_once(':'));
        if let (Some((name, _)), Some((_, names))) = (declared, of_section.last_mut()) {
            names.push(name.to_owned());
        }
    }
    blocks
}

/// Collects the names that a value refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("Ref" | "Condition", Value::String(name)) => found.push(name.clone()),
                    ("Fn::GetAtt" | "Fn::If", Value::Array(parts)) => found.extend(parts[0].as_str().map(str::to_owned)),
                    _ => {}
                }
                references(value, found);
            }
        }
        Value::String(text) => {
            let reference = Regex::new(r"\$\{([A-Za-z0-9]+)[.}]").expect("a regular expression");
            found.extend(reference.captures_iter(text).map(|found| found[1].to_owned()));
        }
        _ => {}
    }
}

#[test]
fn each_section_has_one_block_per_provider_in_the_same_order() {
    let blocks = blocks();
    let expected: Vec<&str> = providers().into_iter().map(|provider| provider.name).collect();
    for section in SECTIONS {
        let owners: Vec<&str> = blocks[section].iter().map(|(owner, _)| *owner).filter(|owner| *owner != SHARED).collect();
        assert_eq!(owners, expected, "{section}");
    }
}

#[test]
fn a_providers_block_refers_only_to_itself_and_to_shared_names() {
    let template = template();
    let blocks = blocks();
    let declared = || {
        ["Parameters", "Conditions", "Resources", "Outputs"]
            .into_iter()
            .flat_map(|section| blocks[section].iter().map(move |block| (section, block)))
    };
    let owners: BTreeMap<&str, &str> =
        declared().flat_map(|(_, (owner, names))| names.iter().map(move |name| (name.as_str(), *owner))).collect();
    for (section, (owner, names)) in declared() {
        for name in names {
            let mut found = Vec::new();
            references(&template[section][name], &mut found);
            for reference in found {
                let of = owners.get(reference.as_str()).copied().unwrap_or(SHARED);
                assert!(of == *owner || of == SHARED, "{name} in {owner}'s block refers to {reference} in {of}'s");
            }
        }
    }
    assert!(owners.len() > 100, "{} names", owners.len());
}
