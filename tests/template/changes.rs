//! Changes to a deployed stack: at every step of the update, the running functions can send, and queued messages can be
//! read (`changes.py`).

use std::process::Command;

use serde_json::Value;

use crate::document::path;

fn changes(arguments: &[&str]) -> String {
    let mut command = Command::new(path(".venv/bin/python"));
    let output = command.arg(path("tests/template/changes.py")).args(arguments).output().expect("Python of .venv");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn no_change_loses_anything_during_the_update() {
    let counts: Value = serde_json::from_str(&changes(&[])).expect("JSON");
    let count = |name: &str| counts[name].as_u64().expect("a number");
    assert!(count("updates") >= 48 && count("states") > 2_000, "{counts}");
}

#[test]
fn every_injected_fault_is_detected() {
    let found = changes(&["faults"]);
    let faults: Vec<&str> = found.lines().filter_map(|line| line.split(": ").next()).collect();
    assert!(faults.len() >= 7, "{found}");
}
