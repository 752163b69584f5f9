//! The template after SAM's translator, for many sets of parameters (`translate.py`). `make translations` checks
//! all of them.

use std::process::Command;

use crate::document::path;

#[test]
fn every_reference_has_its_resource_with_any_set_of_parameters() {
    let output = Command::new(path(".venv/bin/python")).arg(path("tests/template/translate.py")).arg("main").output();
    let output = output.expect("Python of .venv");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sets: usize = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    assert!(sets > 90, "{sets} sets");
}
