//! Counts instructions and bytes, and compares them with `bench/budgets.toml`.
//!
//! `make budgets` builds everything that is measured: the functions as they ship, in
//! `target/functions/{x86_64,arm64}/<function>/bootstrap`, and `pipeline` and `worst`. A figure more than 5 % above its
//! budget fails; `UPDATE=1` writes the file.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement prints, and reports errors by panicking")]

mod bytes;
mod callgrind;
mod fixed_sqs;
mod instructions;
mod worst;

use std::path::PathBuf;
use std::process::ExitCode;

use bench_inner::budget::Budget;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let folder = testkit::workspace().join("target/functions");
    let mut measured = bytes::of_functions(&folder);
    measured.extend(instructions::of_pipeline());
    measured.extend(worst::figures());
    // `make budgets FUNCTIONS=acme` builds only that function.
    let kommo = folder.join(std::env::consts::ARCH.replace("aarch64", "arm64")).join("kommo/bootstrap");
    if kommo.is_file() {
        measured.extend(instructions::of_function(&kommo).await);
    }
    let budget = Budget::read();
    if std::env::var_os("UPDATE").is_some() {
        budget.write(measured);
        return ExitCode::SUCCESS;
    }
    let over = budget.compare(&measured);
    if over.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("{}\nIf the change is worth this, run UPDATE=1 make budgets and commit bench/budgets.toml", over.join("\n"));
    ExitCode::FAILURE
}

/// Returns the path of a program of this package, built with `cargo build --release`.
fn program(name: &str) -> PathBuf {
    testkit::workspace().join("target/release").join(name)
}
