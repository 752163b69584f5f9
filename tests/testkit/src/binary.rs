//! The functions' binaries in the workspace's own build, so that no test package links a function a second time.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::workspace;

/// Returns the path of a function's binary, built with the profile of the running test.
///
/// `cargo test --workspace` has already built it. When only some packages are tested, the binary can be missing or
/// older than its sources; the first call in the process then builds all functions.
///
/// # Panics
/// If there is no function of that name, or if the build fails.
pub fn binary(function: &str) -> PathBuf {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(build_what_is_stale).as_ref().unwrap_or_else(|error| panic!("{error}"));
    let binary = folder.join(function);
    assert!(binary.is_file(), "no function {function}: {} does not exist", binary.display());
    binary
}

/// Returns the folder that holds the functions' binaries, all up to date.
fn build_what_is_stale() -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| format!("the test's own path: {error}"))?;
    // <target>/<profile>/deps/<test>
    let mut folders = test.ancestors().skip(2);
    let (Some(folder), Some(target)) = (folders.next(), folders.next()) else {
        return Err(format!("{} is not in a target folder", test.display()));
    };
    let functions = functions().map_err(|error| format!("functions/: {error}"))?;
    if !functions.iter().all(|function| is_fresh(&folder.join(function), function, &workspace())) {
        build(&functions, folder, target)?;
    }
    Ok(folder.to_owned())
}

/// Returns the packages of `functions/` that have a binary.
fn functions() -> io::Result<BTreeSet<String>> {
    let mut functions = BTreeSet::new();
    for entry in fs::read_dir(workspace().join("functions"))? {
        let entry = entry?;
        if entry.path().join("src/main.rs").is_file() {
            functions.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(functions)
}

/// Returns whether a function's binary is at least as new as everything that it is built from: the function's
/// sources, the sources of `shared`, their manifests, and the lock file.
fn is_fresh(binary: &Path, function: &str, workspace: &Path) -> bool {
    let Ok(built) = modified(binary) else { return false };
    let packages = ["shared".to_owned(), "shared/event".to_owned(), format!("functions/{function}")];
    let mut files = vec![workspace.join("Cargo.toml"), workspace.join("Cargo.lock")];
    for package in packages.map(|package| workspace.join(package)) {
        files.push(package.join("Cargo.toml"));
        if collect(&package.join("src"), &mut files).is_err() {
            return false;
        }
    }
    files.iter().all(|file| modified(file).is_ok_and(|modified| modified <= built))
}

fn modified(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}

/// Adds all files below a folder, recursively.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn build(functions: &BTreeSet<String>, folder: &Path, target: &Path) -> Result<(), String> {
    let profile = folder.file_name().unwrap_or_default();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args(["build", "--bins", "--target-dir"]).arg(target);
    cargo.arg("--profile").arg(if profile == "debug" { "dev".as_ref() } else { profile });
    for function in functions {
        cargo.args(["--package", function]);
    }
    // Cargo sets these for the package under test. Build scripts that read them would rerun.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")) {
            cargo.env_remove(name);
        }
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the functions' binaries are missing or older than their sources, and {cargo:?} failed ({status})")),
        Err(error) => Err(format!("cannot run {cargo:?}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, UNIX_EPOCH};

    use tempfile::TempDir;

    use super::*;

    const BUILT: u64 = 1000;

    const FILES: [&str; 8] = [
        "Cargo.toml",
        "Cargo.lock",
        "functions/a/Cargo.toml",
        "functions/a/src/main.rs",
        "functions/a/src/part/mod.rs",
        "shared/Cargo.toml",
        "shared/src/lib.rs",
        "shared/event/Cargo.toml",
    ];

    /// Creates a workspace with one function in which every file is as old as the binary.
    fn built() -> TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for file in FILES.iter().chain(&["shared/event/src/lib.rs", "target/a"]) {
            write(&root, file, BUILT);
        }
        root
    }

    fn write(root: &TempDir, file: &str, seconds: u64) {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "").expect("a file");
        let file = File::options().write(true).open(path).expect("a file");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
    }

    fn is_fresh_in(root: &TempDir) -> bool {
        is_fresh(&root.path().join("target/a"), "a", root.path())
    }

    #[test]
    fn a_binary_is_stale_when_any_of_its_sources_is_newer() {
        assert!(is_fresh_in(&built()));
        for file in FILES {
            let root = built();
            write(&root, file, BUILT + 1);
            assert!(!is_fresh_in(&root), "{file}");
        }
        let root = built();
        write(&root, "functions/other/src/main.rs", BUILT + 1);
        assert!(is_fresh_in(&root), "another function's sources do not matter");
    }

    #[test]
    fn a_binary_is_stale_when_a_file_is_missing() {
        for file in ["target/a", "Cargo.lock", "shared/Cargo.toml"] {
            let root = built();
            fs::remove_file(root.path().join(file)).expect("a file");
            assert!(!is_fresh_in(&root), "{file}");
        }
    }
}
