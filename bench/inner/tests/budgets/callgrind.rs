//! Instructions, counted by callgrind: the same every time, whatever else the machine does.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// A command that runs a program under callgrind, which writes its count to `out`.
pub(crate) fn command(program: &Path, out: &Path) -> Command {
    let mut command = Command::new("valgrind");
    let option = |name: &str, value: &OsStr| [OsStr::new(name), value].join(OsStr::new("="));
    command.args(["--tool=callgrind", "--quiet"]).arg(option("--callgrind-out-file", out.as_os_str())).arg(program);
    command
}

/// The count that callgrind wrote.
///
/// # Panics
/// It wrote none.
pub(crate) fn count(out: &Path) -> u64 {
    let text = std::fs::read_to_string(out).expect("callgrind's output");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).expect("callgrind's total");
    total.trim().parse().expect("a number of instructions")
}

/// Says what to do where valgrind is missing.
///
/// # Panics
/// It is.
pub(crate) fn require() {
    let found = Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "valgrind is missing: install it (apt-get install valgrind), or run `make tools`");
}
