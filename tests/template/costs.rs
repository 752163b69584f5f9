//! Checks that the tables of `docs/cost.md` match `costs.py`, and its prices match the benchmark's.

use std::process::Command;

use regex::Regex;

use crate::document::{path, text};

#[test]
fn the_page_matches_its_prices_and_the_template() {
    let output = Command::new(path(".venv/bin/python")).arg(path("tests/template/costs.py")).output().expect("Python of .venv");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tables = String::from_utf8(output.stdout).expect("UTF-8");
    let page = text("docs/cost.md");
    let block = page.split("<!-- cost deployments -->\n").nth(1).and_then(|rest| rest.split("<!-- /cost").next()).expect("a block");
    assert_eq!(block, tables, "docs/cost.md is out of date; run python tests/template/costs.py write");
}

#[test]
fn the_benchmark_uses_the_same_prices() {
    let (page, benchmark) = (text("docs/cost.md"), text("bench/lambda/src/cost.rs").replace('_', ""));
    for (part, constant) in [
        ("HTTP API", r"HTTPAPI: f64 = ([\d.]+);"),
        ("Lambda requests", r"LAMBDAREQUESTS: f64 = ([\d.]+);"),
        ("Lambda compute, arm64", r#""arm64", ([\d.]+)\)"#),
        ("Lambda compute, x86_64", r#""x8664", ([\d.]+)\)"#),
        ("SQS standard", r"SQSSTANDARD: f64 = ([\d.]+);"),
        ("SQS fair queues", r"SQSFAIR: f64 = ([\d.]+);"),
    ] {
        let found = Regex::new(constant).expect("a regular expression").captures(&benchmark).expect("a constant")[1].to_owned();
        assert!(page.contains(&format!("| {part} | {found} | ")), "{part}: {found}");
    }
}
