//! Builds the measured programs into `target/`, each with its own tools.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::step;

/// The folders of a build: the workspace with its tools, and the benchmark's own target folder.
#[derive(Debug, Clone)]
pub struct Workshop {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

impl Workshop {
    /// Returns the workshop of the workspace at `root`.
    ///
    /// # Errors
    /// `target/bench` cannot be created.
    pub fn new(root: &Path) -> Result<Self> {
        let target = root.join("target/bench");
        fs::create_dir_all(target.join("logs"))?;
        Ok(Self { root: root.to_owned(), target })
    }

    /// Returns the folder for everything that the workspace's cargo does not build.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Builds a function for this machine, as the Makefile's `build` does.
    ///
    /// # Errors
    /// cargo-lambda is missing or fails.
    pub fn function(&self, name: &str) -> Result<()> {
        self.function_for(name, host_architecture())
    }

    /// Returns the path of the binary that [`Workshop::function`] builds.
    #[must_use]
    pub fn shipped(&self, name: &str) -> PathBuf {
        self.root.join("target").join(host_triple()).join("release").join(name)
    }

    pub(crate) fn function_for(&self, name: &str, architecture: &str) -> Result<()> {
        step(&format!("building {name} for {architecture}, as it ships"));
        let tools = self.root.join(".venv/bin");
        ensure!(tools.join("cargo-lambda").exists(), "cargo-lambda is missing: run \"make tools\" first");
        let mut cargo = cargo();
        cargo.current_dir(&self.root).env("PATH", with_path(&tools)?);
        cargo.args(["lambda", "build", "--quiet", "--locked", "--release", "--output-format", "zip"]);
        cargo.args([if architecture == "arm64" { "--arm64" } else { "--x86-64" }, "--package", name]);
        run(cargo.arg("--lambda-dir").arg(self.root.join("target/functions").join(architecture)))
    }

    pub(crate) fn function_zip(&self, name: &str, architecture: &str) -> PathBuf {
        self.root.join("target/functions").join(architecture).join(name).join("bootstrap.zip")
    }

    /// Runs a step if its sources have changed since it last succeeded.
    pub(crate) fn once(&self, name: &str, sources: &[PathBuf], make: impl FnOnce() -> Result<()>) -> Result<()> {
        let read = |file: &PathBuf| fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
        let wanted: String = sources.iter().map(read).collect::<Result<_>>()?;
        let stamp = self.target.join(format!("{name}.stamp"));
        if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
            return Ok(());
        }
        make()?;
        Ok(fs::write(stamp, wanted)?)
    }

    pub(crate) fn zip(&self, name: &str, file: &Path) -> Result<()> {
        let zip = self.target.join(format!("{name}.zip"));
        run(Command::new("python3").args(["-m", "zipfile", "-c"]).arg(zip).arg(file))
    }

    pub(crate) fn baseline(&self, path: &str) -> PathBuf {
        self.root.join("bench/baselines").join(path)
    }
}

/// Checks that a built file exists.
///
/// # Errors
/// The file is missing. The error says how to build it.
pub fn there(file: &Path) -> Result<()> {
    ensure!(file.exists(), "{} is missing: run without --skip-build", file.display());
    Ok(())
}

/// Returns the compiler's version.
///
/// # Errors
/// There is no compiler.
pub fn rustc() -> Result<String> {
    output(Command::new("rustc").arg("--version"))
}

pub(crate) fn host_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn host_triple() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

pub(crate) fn with_path(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths([first.to_owned()].into_iter().chain(env::split_paths(&rest)))?)
}

/// Returns a cargo command without the shell's overrides of profiles, so that the manifests' profiles are measured.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    let foreign = |name: &str| name == "CARGO_INCREMENTAL" || name.starts_with("CARGO_PROFILE_");
    for (name, _) in env::vars().filter(|(name, _)| foreign(name)) {
        cargo.env_remove(name);
    }
    cargo
}

pub(crate) fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(output.status.success(), "{command:?} failed ({}):\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
    Ok(text(&output.stdout))
}
