//! Imports are acyclic: each part of a crate uses only the parts below it.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::sources::sources;

#[test]
fn the_folders_of_the_cli_have_no_import_cycle() {
    let uses = imports("cli/src");
    assert!(uses.len() > 5, "{uses:?}");
    assert!(
        uses.iter().all(|(folder, used)| folder == "reference" || !used.contains("commands")),
        "a folder imports the commands: {uses:?}"
    );
    assert_acyclic(uses);
}

#[test]
fn the_modules_of_shared_have_no_import_cycle() {
    let uses = imports("shared/src");
    assert!(uses.len() > 20, "{uses:?}");
    assert_acyclic(uses);
}

/// Repeatedly removes the parts that import nothing that is left; asserts that none remains.
fn assert_acyclic(mut uses: BTreeMap<String, BTreeSet<String>>) {
    loop {
        let is_left = |part: &String| uses.contains_key(part);
        let lowest: Vec<String> = uses.iter().filter(|(_, used)| !used.iter().any(is_left)).map(|(part, _)| part.clone()).collect();
        if lowest.is_empty() {
            break;
        }
        lowest.iter().for_each(|part| drop(uses.remove(part)));
    }
    assert!(uses.is_empty(), "an import cycle: {uses:?}");
}

/// Returns which top-level folders and files of a crate import which others, outside of tests.
fn imports(root: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = Regex::new(r"\bcrate::([a-z_]+)").expect("a regular expression");
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for source in sources(root).into_iter().filter(|source| !source.is_test()) {
        let part =
            source.path.strip_prefix(root).expect("a file of the crate").iter().next().expect("a name").to_string_lossy().into_owned();
        let part = part.trim_end_matches(".rs").to_owned();
        let code = source.text.split("#[cfg(test)]").next().unwrap_or_default().lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.collect::<Vec<_>>().join("\n");
        let used = path.captures_iter(&code).map(|found| found[1].to_owned()).filter(|used| *used != part);
        uses.entry(part.clone()).or_default().extend(used);
    }
    uses
}
