//! The template after SAM's translator, for many sets of parameters: `translate.py`. `make translations` tries all.

use std::process::Command;

use crate::document::path;

#[test]
fn no_set_of_parameters_leaves_a_reference_without_its_resource() {
    let output = Command::new(path(".venv/bin/python")).arg(path("tests/template/translate.py")).arg("main").output();
    let output = output.expect("Python of .venv");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sets: usize = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    assert!(sets > 90, "{sets} sets");
}
