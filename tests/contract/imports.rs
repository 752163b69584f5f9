//! Imports form no circle: each part of a crate uses those below it alone.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::sources::sources;

#[test]
fn the_folders_of_the_cli_form_no_circle() {
    let uses = imports("cli/src");
    assert!(uses.len() > 5, "{uses:?}");
    assert!(uses.iter().all(|(folder, used)| folder == "reference" || !used.contains("commands")), "a folder uses the commands: {uses:?}");
    assert_no_circle(uses);
}

#[test]
fn the_modules_of_shared_form_no_circle() {
    let uses = imports("shared/src");
    assert!(uses.len() > 20, "{uses:?}");
    assert_no_circle(uses);
}

/// Takes away the parts that use nothing which is left, until none is.
fn assert_no_circle(mut uses: BTreeMap<String, BTreeSet<String>>) {
    loop {
        let is_left = |part: &String| uses.contains_key(part);
        let lowest: Vec<String> = uses.iter().filter(|(_, used)| !used.iter().any(is_left)).map(|(part, _)| part.clone()).collect();
        if lowest.is_empty() {
            break;
        }
        lowest.iter().for_each(|part| drop(uses.remove(part)));
    }
    assert!(uses.is_empty(), "a circle: {uses:?}");
}

/// Returns which folders and files of a crate's root use which others, outside of tests.
fn imports(root: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = Regex::new(r"\bcrate::([a-z_]+)").expect("a regular expression");
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for source in sources(root).into_iter().filter(|source| !source.is_test()) {
        let place =
            source.path.strip_prefix(root).expect("a file of the crate").iter().next().expect("a name").to_string_lossy().into_owned();
        let place = place.trim_end_matches(".rs").to_owned();
        let code = source.text.split("#[cfg(test)]").next().unwrap_or_default().lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.collect::<Vec<_>>().join("\n");
        let used = path.captures_iter(&code).map(|found| found[1].to_owned()).filter(|used| *used != place);
        uses.entry(place.clone()).or_default().extend(used);
    }
    uses
}
