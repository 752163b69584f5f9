//! Programs of the repository that are written in Python.

use std::process::{Command, Output};

use testkit::workspace;

/// Runs the pinned Python in the workspace's root.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let python = workspace().join(".venv/bin/python");
    assert!(python.exists(), "{} is missing: run \"make tools\" first", python.display());
    Command::new(python).args(arguments).current_dir(workspace()).output().expect("Python starts")
}

/// Runs it and gives what it printed.
///
/// # Panics
/// When it fails.
pub(crate) fn print(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
