//! The dependency tree of the functions: it has no crate that slows down cold starts, and no large crate twice.
//!
//! A new provider is covered automatically, because the functions are the folders of `functions/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates that no function may contain, as name and version prefix. A name that ends in `-` is also a prefix.
/// `openssl-probe` is allowed, because it finds the system certificates for rustls.
const BANNED: &[(&str, &str)] = &[
    ("aws-lc-", ""),
    ("openssl", ""),
    ("openssl-sys", ""),
    ("native-tls", ""),
    ("hyper", "0."),
    ("rustls", "0.21."),
    ("regex", ""),
    ("tracing-subscriber", ""),
    ("libsqlite3-sys", ""),
    ("rusqlite", ""),
    ("aws-config", ""),
    ("aws-smithy-http-client", ""),
    ("h2", ""),
    ("aws-sdk-sso", ""),
    ("aws-sdk-sts", ""),
    ("axum", ""),
    ("reqwest", ""),
    ("schemars", ""),
];
/// Large crates that may be in a tree only once. Cargo would allow multiple incompatible versions.
const ONCE: &[&str] = &["rustls", "hyper", "http", "ring", "digest"];
const TARGETS: &[&str] = &["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn functions() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("functions")).expect("functions/");
    let packages = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("Cargo.toml").is_file());
    packages.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect()
}

/// Runs `cargo tree` with additional arguments. Returns its output, or its error output if it fails.
fn cargo_tree(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .output()
        .expect("cargo runs");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Returns the crates of a function as name and version.
fn crates(function: &str, target: &str) -> BTreeSet<(String, String)> {
    let tree = cargo_tree(&["--package", function, "--target", target]).expect("a tree");
    let split = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
    };
    tree.lines().filter_map(split).collect()
}

/// Returns why a function must not contain this crate, or `None` if it may.
fn violation(crates: &BTreeSet<(String, String)>, (name, version): &(String, String)) -> Option<&'static str> {
    let is = |other: &str| if other.ends_with('-') { name.starts_with(other) } else { name == other };
    let banned = BANNED.iter().any(|(other, numbers)| is(other) && version.starts_with(numbers));
    let twice = ONCE.contains(&name.as_str()) && crates.iter().filter(|(other, _)| other == name).count() > 1;
    if banned { Some("is banned") } else { twice.then_some("is included twice") }
}

#[test]
fn no_function_contains_a_banned_crate_or_one_twice() {
    let functions = functions();
    assert!(functions.len() > 2, "{functions:?}");
    let mut problems = String::new();
    for (function, target) in functions.iter().flat_map(|function| TARGETS.iter().map(move |target| (function, *target))) {
        let crates = crates(function, target);
        assert!(crates.iter().any(|(name, _)| name == "shared"), "{function} has a tree without shared");
        for found @ (name, version) in crates.iter().filter(|found| violation(&crates, found).is_some()) {
            let package = format!("{name}@{version}");
            let path = cargo_tree(&["--package", function, "--target", target, "--invert", &package, "--prefix", "depth"]);
            let reason = violation(&crates, found).unwrap_or_default();
            problems += &format!("{function} for {target}: {package} {reason}\n{}\n", path.unwrap_or_else(|error| error));
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// A consumer in Rust depends only on the event's types.
#[test]
fn the_event_depends_only_on_serde() {
    let tree = cargo_tree(&["--package", "chathooks-event"]).expect("a tree");
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let serde = ["serde", "serde_core", "serde_derive", "proc-macro2", "quote", "syn", "unicode-ident"];
    assert_eq!(names, serde.into_iter().chain(["chathooks-event"]).collect());
}

/// Programs that consume events depend on the event crate directly, not through `shared`.
#[test]
fn worker_and_examples_depend_on_the_event_itself() {
    for package in ["worker", "examples"] {
        let direct = cargo_tree(&["--package", package, "--depth", "1"]).expect("a tree");
        assert!(direct.lines().any(|line| line.starts_with("chathooks-event ")), "{package}: {direct}");
    }
}

#[test]
fn a_violation_is_recognized() {
    let tree = |crates: &[(&str, &str)]| -> Vec<String> {
        let crates: BTreeSet<(String, String)> = crates.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect();
        crates.iter().filter(|found| violation(&crates, found).is_some()).map(|(name, version)| format!("{name} {version}")).collect()
    };
    assert_eq!(tree(&[("hyper", "0.14.32"), ("rustls", "0.23.1"), ("regex-lite", "0.1.0")]), ["hyper 0.14.32"]);
    assert_eq!(tree(&[("digest", "0.10.7"), ("digest", "0.11.0"), ("hyper", "1.9.0")]), ["digest 0.10.7", "digest 0.11.0"]);
    assert_eq!(tree(&[("openssl-sys", "0.9.1"), ("openssl-probe", "0.1.0")]), ["openssl-sys 0.9.1"]);
    assert!(tree(&[("hyper", "1.9.0"), ("rustls", "0.23.1")]).is_empty());
}
