//! The worst bodies of each webhook: counts the instructions of the costliest one, and checks that none needs more memory than
//! the contract allows. The program `worst` prints the whole table.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use bench_inner::budget::Figures;
use bench_inner::{MAX_KB, WORST, Worst};

use crate::{callgrind, program};

/// Returns the instructions for the costliest body of each path.
pub(crate) fn figures() -> Figures {
    let all: Vec<(&Worst, String)> = WORST.iter().flat_map(|worst| worst.paths().map(move |path| (worst, path))).collect();
    let threads = available_parallelism().map_or(1, usize::from);
    let chunks: Vec<Vec<_>> = (0..threads).map(|first| all.iter().skip(first).step_by(threads).collect()).collect();
    std::thread::scope(|scope| {
        let running: Vec<_> =
            chunks.into_iter().map(|chunk| scope.spawn(move || chunk.into_iter().map(figure).collect::<Vec<_>>())).collect();
        let mut figures = Figures::new();
        for (name, instructions) in running.into_iter().flat_map(|thread| thread.join().expect("a thread that measures")) {
            let costliest = figures.entry(name).or_default();
            *costliest = instructions.max(*costliest);
        }
        figures
    })
}

fn figure((worst, path): &(&Worst, String)) -> (String, u64) {
    let program = program("worst");
    let kb = peak_kb(&program, worst, path);
    assert!(kb <= MAX_KB, "{} at {path} needs {kb} kB, which exceeds the limit of {MAX_KB} kB", worst.name);
    let instructions = count(&program, worst, path, 1) - count(&program, worst, path, 0);
    (format!("instructions-{}-worst{}", std::env::consts::ARCH, path.replace('/', "-")), instructions)
}

fn peak_kb(program: &Path, worst: &Worst, path: &str) -> u64 {
    let output = Command::new(program).args([worst.name, path, "1"]).output().expect("worst runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or_else(|| panic!("{} at {path}: {text}", worst.name))
}

fn count(program: &Path, worst: &Worst, path: &str, times: usize) -> u64 {
    let out: PathBuf =
        std::env::temp_dir().join(format!("chathooks-worst-{}-{}{}", std::process::id(), worst.name, path.replace('/', "-")));
    let status = callgrind::command(program, &out).args([worst.name, path, &times.to_string()]).output().expect("valgrind runs").status;
    assert!(status.success(), "{} at {path} failed", worst.name);
    let count = callgrind::count(&out);
    let _ = std::fs::remove_file(out);
    count
}
