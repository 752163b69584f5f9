//! A provider's vocabulary contains every member name that its parser looks up, because logs show no other names.

use std::collections::BTreeSet;

use functions::PROVIDERS;
use regex::Regex;

use crate::sources::sources;

#[test]
fn every_name_that_a_parser_looks_up_is_in_the_vocabulary() {
    let call = Regex::new(r#"\.(?:get|has|pieces)\("([^"]+)"\)|\.first_of\(&\[([^\]]*)\]\)"#).expect("a regular expression");
    let literal = Regex::new(r#""([^"]+)""#).expect("a regular expression");
    for provider in PROVIDERS {
        let vocabulary: BTreeSet<&str> = provider.vocabulary.iter().copied().collect();
        let mut count = 0;
        for source in sources(&format!("functions/{}/src", provider.name)).into_iter().filter(|source| !source.is_test()) {
            for found in call.captures_iter(&source.text) {
                let names: Vec<&str> = match (found.get(1), found.get(2)) {
                    (Some(name), _) => vec![name.as_str()],
                    (_, names) => literal
                        .captures_iter(names.map_or("", |names| names.as_str()))
                        .filter_map(|name| Some(name.get(1)?.as_str()))
                        .collect(),
                };
                for name in names {
                    assert!(vocabulary.contains(name), "{}: `{name}` is looked up but not in the vocabulary", source.path.display());
                    count += 1;
                }
            }
        }
        assert!(count > 3, "{}: {count} names found; does the parser use another syntax?", provider.name);
    }
}

#[test]
fn a_vocabulary_is_sorted_without_duplicates() {
    for provider in PROVIDERS {
        let unordered = provider.vocabulary.windows(2).find(|pair| pair[0] >= pair[1]);
        assert_eq!(unordered, None, "{}", provider.name);
    }
}
