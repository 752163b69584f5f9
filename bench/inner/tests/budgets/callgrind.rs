//! Instruction counts by callgrind, which do not depend on the machine's other load.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Returns a command that runs a program under callgrind, which writes its count to `out`.
pub(crate) fn command(program: &Path, out: &Path) -> Command {
    let mut command = Command::new("valgrind");
    let option = |name: &str, value: &OsStr| [OsStr::new(name), value].join(OsStr::new("="));
    command.args(["--tool=callgrind", "--quiet"]).arg(option("--callgrind-out-file", out.as_os_str())).arg(program);
    command
}

/// Returns the count that callgrind wrote.
///
/// # Panics
/// There is no count.
pub(crate) fn count(out: &Path) -> u64 {
    let text = std::fs::read_to_string(out).expect("callgrind's output");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).expect("callgrind's total");
    total.trim().parse().expect("a number of instructions")
}

/// Checks that valgrind is installed.
///
/// # Panics
/// Valgrind is missing. The message says how to install it.
pub(crate) fn require() {
    let found = Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "valgrind is missing: install it (apt-get install valgrind), or run `make tools`");
}
