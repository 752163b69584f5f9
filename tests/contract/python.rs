//! Runs the repository's Python programs.

use std::process::{Command, Output};

use testkit::workspace;

/// Runs the pinned Python in the workspace root.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let python = workspace().join(".venv/bin/python");
    assert!(python.exists(), "{} is missing: run \"make tools\"", python.display());
    Command::new(python).args(arguments).current_dir(workspace()).output().expect("Python starts")
}

/// Runs Python and returns what it printed.
///
/// # Panics
/// If it fails.
pub(crate) fn print(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
