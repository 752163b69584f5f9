//! The shape of an unknown body, for the log: its member names, but never a value.
//!
//! Senders may use personal names, numbers or addresses as member names. Therefore only names in the provider's vocabulary are
//! shown. The others are counted.

use std::collections::{BTreeSet, HashSet};

use crate::json::Value;

/// The maximum number of names in a log line.
const MAX_NAMES: usize = 30;

/// The part of a body that may be logged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// The known names of members (`a`) and of their members (`a.b`), sorted. An array is replaced by its elements.
    pub names: Vec<String>,
    /// The number of members on these two levels with another name.
    pub others: usize,
}

impl Shape {
    /// Returns the shape of a body, given the vocabulary of its provider.
    #[must_use]
    pub fn of(body: Value<'_>, vocabulary: &[&'static str]) -> Self {
        let known: HashSet<&str> = vocabulary.iter().copied().collect();
        let word = |name: &str| known.get(name).copied();
        let (mut names, mut others) = (BTreeSet::new(), 0);
        for (name, value) in members(body) {
            let outer = word(&name);
            match outer {
                Some(outer) => drop(names.insert((outer, None))),
                None => others += 1,
            }
            for (name, _) in members(value) {
                match (outer, word(&name)) {
                    (Some(outer), Some(inner)) => drop(names.insert((outer, Some(inner)))),
                    _ => others += 1,
                }
            }
        }
        let name = |(outer, inner): (&str, Option<&str>)| inner.map_or(outer.to_owned(), |inner| format!("{outer}.{inner}"));
        Self { names: names.into_iter().take(MAX_NAMES).map(name).collect(), others }
    }
}

/// Returns the members of an object, or of each object in an array.
fn members<'d>(value: Value<'d>) -> impl Iterator<Item = (std::borrow::Cow<'d, str>, Value<'d>)> {
    std::iter::once(value).chain(value.elements()).flat_map(Value::members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn shape(body: &str, vocabulary: &[&'static str]) -> (Vec<String>, usize) {
        let shape = Shape::of(Document::parse(body.as_bytes()).expect("JSON").root(), vocabulary);
        (shape.names, shape.others)
    }

    #[test]
    fn names_go_two_levels_deep_and_are_sorted() {
        let words = ["a", "b", "c", "d", "e", "f"];
        let body = r#"{"b":{"d":{"e":1},"c":"secret"},"a":"secret","b":[{"f":1},2,{"d":2}]}"#;
        assert_eq!(shape(body, &words), (["a", "b", "b.c", "b.d", "b.f"].map(str::to_owned).to_vec(), 0));
        assert_eq!(shape(r#"[{"a":1},{"b":{"c":2}},"secret"]"#, &words), (["a", "b", "b.c"].map(str::to_owned).to_vec(), 0));
        assert_eq!(shape("{}", &words), (vec![], 0));
    }

    #[test]
    fn a_name_outside_the_vocabulary_is_counted() {
        let body = r#"{"anna.schmidt_example.com":{"from":1},"from":{"+1 202":{"555":1},"to":2},"2025550142":1}"#;
        assert_eq!(shape(body, &["from", "to"]), (vec!["from".to_owned(), "from.to".to_owned()], 4));
    }

    #[test]
    fn there_are_at_most_thirty_names() {
        let words: Vec<&'static str> = (0..100).map(|number| &*Box::leak(format!("n{number}").into_boxed_str())).collect();
        let body: Vec<String> = words.iter().map(|word| format!(r#""{word}":1"#)).collect();
        assert_eq!(shape(&format!("{{{}}}", body.join(",")), &words).0.len(), MAX_NAMES);
    }
}
