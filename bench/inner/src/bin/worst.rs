//! Measures the cost of the worst bodies, each in its own process. `worst` prints the table, and fails if a body exceeds a
//! limit of the contract. Build it like the functions: `cargo run --release -p bench-inner --bin worst`.
//!
//! `worst <name> <path> <times>` handles one body this many times, and prints the CPU time in microseconds and the peak memory
//! in kB.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement prints, and reports errors by panicking")]

use std::process::{Command, ExitCode};

use bench_inner::{MAX_KB, Pipeline, WORST, Worst};

/// The contract's limit of CPU time: 100 ms.
const MAX_MICROSECONDS: u64 = 100_000;

fn main() -> ExitCode {
    match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => table(),
        [name, path, times] => {
            let worst = WORST.iter().find(|worst| worst.name == name).expect("a kind of body");
            receive(worst, path, times.parse().expect("a number of times"));
            ExitCode::SUCCESS
        }
        _ => ExitCode::FAILURE,
    }
}

fn table() -> ExitCode {
    let mut is_within = true;
    println!("{:18} {:34} {:>8} {:>9}", "body", "path", "CPU ms", "peak MB");
    for (worst, path) in WORST.iter().flat_map(|worst| worst.paths().map(move |path| (worst, path))) {
        let own = std::env::current_exe().expect("this program's path");
        let output = Command::new(own).args([worst.name, &path, "1"]).output().expect("it starts itself");
        assert!(output.status.success(), "{} at {path}: {}", worst.name, String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let figures: Vec<u64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
        let [microseconds, kb] = figures.as_slice() else { panic!("{text}") };
        let over = if *microseconds > MAX_MICROSECONDS || *kb > MAX_KB { "over the limit" } else { "" };
        is_within &= over.is_empty();
        println!("{:18} {path:34} {:>8.1} {:>9.1} {over}", worst.name, *microseconds as f64 / 1e3, *kb as f64 / 1e3);
    }
    if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn receive(worst: &Worst, path: &str, times: usize) {
    let event = worst.event(path);
    let pipeline = Pipeline::new();
    // Reset the peak, which so far is that of creating the body.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let before = cpu_microseconds();
    for _ in 0..times {
        let status = pipeline.receive(&event);
        // A body without a mandatory field is quarantined.
        assert!(matches!(status, 200 | 400), "{status}");
    }
    println!("{} {}", cpu_microseconds() - before, peak_kb());
}

/// Returns the CPU time of this thread, which is the only one.
fn cpu_microseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    text.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse::<u64>().ok()).expect("a number") / 1_000
}

fn peak_kb() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.split_whitespace().next().and_then(|kb| kb.parse().ok()).expect("a number")
}
