//! Counts messages by provider, kind, reason and outcome.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::queue::message::Summary;
use crate::terminal::output::{BOLD, one_line};

/// The maximum number of characters shown of a group's name.
const SHOWN: usize = 200;

/// Counts by provider, kind, reason and outcome.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<[String; 4], usize>);

impl Tally {
    /// Counts a message.
    pub(crate) fn add(&mut self, summary: &Summary, outcome: &str) {
        let Summary { provider, kind, reason, .. } = summary;
        let group = [provider.clone(), kind.clone(), reason.clone().unwrap_or_default(), outcome.to_owned()];
        *self.0.entry(group).or_default() += 1;
    }

    /// Returns one line per group.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |([provider, kind, reason, outcome], count): (&[String; 4], &usize)| {
            let group = one_line(&[provider.as_str(), kind, reason].join(" "), SHOWN);
            format!("{BOLD}{count:>7}{BOLD:#}  {:<28}  {outcome}", group.trim_end())
        };
        self.0.iter().map(line).collect()
    }

    /// Returns the counts as a JSON array.
    pub(crate) fn json(&self) -> Value {
        let group = |([provider, kind, reason, outcome], count): (&[String; 4], &usize)| {
            let reason = Some(reason).filter(|reason| !reason.is_empty());
            json!({"provider": provider, "kind": kind, "reason": reason, "outcome": outcome, "count": count})
        };
        self.0.iter().map(group).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::message::tests::stored_message;

    #[test]
    fn each_group_is_counted() {
        let mut tally = Tally::default();
        for (id, provider, outcome) in [("a", "kore", "moved"), ("b", "kommo", "moved"), ("c", "kommo", "moved"), ("d", "kommo", "left")] {
            tally.add(&stored_message(id, "g", provider).summary(), outcome);
        }
        let lines: Vec<_> = tally.lines().iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        let expected = [
            "      1  kommo message                 left",
            "      2  kommo message                 moved",
            "      1  kore message                  moved",
        ];
        assert_eq!(lines, expected);
        assert_eq!(tally.json()[1], json!({"provider": "kommo", "kind": "message", "reason": null, "outcome": "moved", "count": 2}));
    }
}
