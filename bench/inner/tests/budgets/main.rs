//! Counts instructions and bytes, and compares them with `bench/budgets.toml`.
//!
//! `make budgets` builds all that is measured, as it ships: the functions in
//! `target/functions/{x86_64,arm64}/<function>/bootstrap`, and `pipeline` and `worst`. A figure more than 5 % above its
//! budget fails; `UPDATE=1` writes the file anew.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement fails by a panic that says what is wrong")]

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
    // `make budgets FUNCTIONS=acme` builds that one alone.
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
    println!("{}\nIf that is the price of something good: UPDATE=1 make budgets, and commit bench/budgets.toml", over.join("\n"));
    ExitCode::FAILURE
}

/// A program of this package, as `cargo build --release` builds it.
fn program(name: &str) -> PathBuf {
    testkit::workspace().join("target/release").join(name)
}
