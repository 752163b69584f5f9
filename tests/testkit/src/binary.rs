//! The functions' binaries, where the workspace's own build puts them: no test package links a function again.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::workspace;

/// Returns the path of a function's binary, of the same profile as the running test.
///
/// `cargo test --workspace` has built it by then. Where only some packages are tested, the binary may be missing or older
/// than its sources: then the first call of the process builds all functions.
///
/// # Panics
/// If there is no function of that name, or if that build fails.
pub fn binary(function: &str) -> PathBuf {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(build_what_is_stale).as_ref().unwrap_or_else(|error| panic!("{error}"));
    let binary = folder.join(function);
    assert!(binary.is_file(), "no function {function}: {} does not exist", binary.display());
    binary
}

/// Returns the folder of the functions' binaries, all of which are up to date.
fn build_what_is_stale() -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| format!("the test's own path: {error}"))?;
    // <target>/<profile>/deps/<test>
    let mut folders = test.ancestors().skip(2);
    let (Some(folder), Some(target)) = (folders.next(), folders.next()) else {
        return Err(format!("{} is not in a target folder", test.display()));
    };
    let functions = functions().map_err(|error| format!("functions/: {error}"))?;
    if !functions.iter().all(|function| is_fresh(&folder.join(function), &workspace())) {
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

/// Returns whether a binary is newer than everything in `workspace` that it was built from: the sources that cargo wrote
/// down beside it, the manifests of their packages, and the lock file.
fn is_fresh(binary: &Path, workspace: &Path) -> bool {
    let (Ok(built), Ok(dep_info)) = (modified(binary), fs::read_to_string(binary.with_extension("d"))) else { return false };
    let sources = sources(&dep_info);
    let folders: BTreeSet<&Path> = sources.iter().flat_map(|source| source.ancestors().skip(1)).collect();
    let folders = folders.into_iter().filter(|folder| folder.starts_with(workspace));
    let manifests = folders.map(|folder| folder.join("Cargo.toml")).filter(|manifest| manifest.exists());
    let mut files: Vec<PathBuf> = manifests.chain([workspace.join("Cargo.lock")]).collect();
    files.extend(sources);
    files.iter().all(|file| modified(file).is_ok_and(|modified| modified <= built))
}

fn modified(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}

/// Parses a dep-info file, `<binary>: <source> <source> …` with spaces in a path escaped.
fn sources(dep_info: &str) -> Vec<PathBuf> {
    let list = dep_info.split_once(": ").map_or("", |(_, list)| list).replace("\\ ", "\0");
    list.split_whitespace().map(|path| PathBuf::from(path.replace('\0', " "))).collect()
}

fn build(functions: &BTreeSet<String>, folder: &Path, target: &Path) -> Result<(), String> {
    let profile = folder.file_name().unwrap_or_default();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args(["build", "--bins", "--target-dir"]).arg(target);
    cargo.arg("--profile").arg(if profile == "debug" { "dev".as_ref() } else { profile });
    for function in functions {
        cargo.args(["--package", function]);
    }
    // What cargo says to a test of the test's own package. Build scripts that read it would run again.
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

    /// A workspace with one function, everything in it as old as its binary.
    fn built() -> TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for file in ["Cargo.toml", "Cargo.lock", "functions/a b/Cargo.toml", "functions/a b/src/main.rs", "events/demo.env", "target/a"] {
            write(&root, file, "", BUILT);
        }
        let path = root.path().display();
        let dep_info = format!("{path}/target/a: {path}/functions/a\\ b/src/main.rs {path}/events/demo.env\n");
        write(&root, "target/a.d", &dep_info, BUILT);
        root
    }

    fn write(root: &TempDir, file: &str, text: &str, seconds: u64) {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        let file = File::options().write(true).open(path).expect("a file");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
    }

    fn is_fresh_in(root: &TempDir) -> bool {
        is_fresh(&root.path().join("target/a"), root.path())
    }

    #[test]
    fn a_binary_is_stale_when_anything_it_was_built_from_is_newer() {
        let root = built();
        assert!(is_fresh_in(&root));
        for file in ["Cargo.toml", "Cargo.lock", "functions/a b/Cargo.toml", "functions/a b/src/main.rs", "events/demo.env"] {
            let root = built();
            write(&root, file, "", BUILT + 1);
            assert!(!is_fresh_in(&root), "{file}");
        }
        write(&root, "functions/other/src/main.rs", "", BUILT + 1);
        assert!(is_fresh_in(&root), "what is newer is no part of it");
    }

    #[test]
    fn a_binary_is_stale_when_something_is_missing() {
        for file in ["target/a", "target/a.d", "functions/a b/src/main.rs"] {
            let root = built();
            fs::remove_file(root.path().join(file)).expect("a file");
            assert!(!is_fresh_in(&root), "{file}");
        }
    }
}
