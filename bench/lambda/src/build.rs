//! Builds the variants of the Kommo function.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::certificates::{self, Roots};
use crate::progress::step;
use crate::variant::{Program, Variant};
use crate::workshop::{Workshop, cargo, host_architecture, run, rustc, there};

/// The output of a build.
#[derive(Debug, Clone)]
pub struct Built {
    /// The variants' programs.
    pub programs: BTreeMap<Variant, Program>,
    /// The shipped functions by name, for requests with many events and for the worst bodies.
    pub functions: BTreeMap<&'static str, Program>,
    /// Each variant's binary, if it has one, and its zip.
    pub files: BTreeMap<Variant, (Option<PathBuf>, PathBuf)>,
    /// The existing zips of the shipped Kommo function, by architecture.
    pub zips: BTreeMap<&'static str, PathBuf>,
}

const ARCHITECTURES: [&str; 2] = ["arm64", "x86_64"];

impl Workshop {
    /// Builds everything that these variants need and that is not up to date.
    ///
    /// # Errors
    /// A tool is missing or fails. The error shows its command and its output.
    pub fn build(&self, variants: &[Variant]) -> Result<()> {
        if variants.contains(&Variant::Chathooks) {
            functions::PROVIDERS.iter().try_for_each(|provider| self.function(provider.name))?;
            // The other architecture is needed only for its size and takes minutes, so skip it unless all variants are measured.
            if variants.len() == Variant::ALL.len() {
                ARCHITECTURES
                    .iter()
                    .filter(|other| **other != host_architecture())
                    .try_for_each(|other| self.function_for("kommo", other))?;
            }
        }
        let cargo_build = || {
            let mut cargo = cargo();
            cargo.current_dir(&self.root).args(["build", "--quiet", "--locked", "--release"]);
            cargo
        };
        if variants.contains(&Variant::Floor) || variants.contains(&Variant::FloorOneRoot) {
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
                .arg(self.target().join("naive")))?;
            self.zip("naive", &self.target().join("naive/release/naive"))?;
        }
        if variants.contains(&Variant::Node) || variants.contains(&Variant::Python) {
            self.packages("venv", &["python", "node"])?;
            self.python("python")?;
        }
        if variants.contains(&Variant::Node) { self.node("node", "venv") } else { Ok(()) }
    }

    /// Returns the output of an earlier build of these variants.
    ///
    /// # Errors
    /// A file is missing.
    pub fn built(&self, variants: &[Variant]) -> Result<Built> {
        let zip = |name: &str| self.target().join(format!("{name}.zip"));
        let mut built = Built {
            programs: BTreeMap::new(),
            functions: functions::PROVIDERS.iter().map(|provider| (provider.name, self.shipped_program(provider.name))).collect(),
            files: BTreeMap::new(),
            zips: ARCHITECTURES
                .map(|architecture| (architecture, self.function_zip("kommo", architecture)))
                .into_iter()
                .filter(|(_, zip)| zip.exists())
                .collect(),
        };
        for &variant in variants {
            let folder = self.target().join(variant.name());
            let (mut program, file, zip) = match variant {
                Variant::Chathooks => {
                    let file = self.shipped("kommo");
                    (Program::binary("chathooks", &file), Some(file), self.function_zip("kommo", host_architecture()))
                }
                Variant::Floor | Variant::FloorOneRoot => {
                    let file = self.root.join("target/release/floor");
                    (Program::binary(variant.name(), &file), Some(file), zip("floor"))
                }
                Variant::Naive => {
                    let file = folder.join("release/naive");
                    (Program::binary("naive", &file), Some(file), zip("naive"))
                }
                Variant::Node => (self.node_program("node", "venv")?, None, zip("node")),
                Variant::Python => (self.python_program("python", "venv"), None, zip("python")),
            };
            for file in [&program.executable, &zip] {
                there(file)?;
            }
            program.environment = certificates::environment(&self.roots(variant.roots()));
            built.programs.insert(variant, program);
            built.files.insert(variant, (file, zip));
        }
        Ok(built)
    }

    /// Returns the path of the file with these root certificates.
    #[must_use]
    pub fn roots(&self, roots: Roots) -> PathBuf {
        self.target().join(roots.file())
    }

    /// Returns a shipped function with the demo secrets.
    fn shipped_program(&self, name: &str) -> Program {
        let mut program = Program::binary(name, &self.shipped(name));
        program.environment = testkit::demo_env();
        program.environment.extend(certificates::environment(&self.roots(Variant::Chathooks.roots())));
        program
    }

    /// Returns the versions of the tools and packages behind these variants.
    ///
    /// # Errors
    /// A tool or a lockfile is missing.
    pub fn versions(&self, built: &Built) -> Result<Vec<String>> {
        let mut versions = vec![rustc()?];
        let has = |variant| built.programs.get(&variant);
        for (name, lockfile) in [("Chathooks", self.root.join("Cargo.lock")), ("naive Rust", self.baseline("naive/Cargo.lock"))] {
            versions.push(format!("aws-sdk-sqs {} ({name})", locked(&lockfile, "aws-sdk-sqs")?));
        }
        if let Some(node) = has(Variant::Node) {
            versions.extend(self.node_versions("node", node, &["@aws-sdk/client-sqs", "aws-lambda-ric"])?);
        }
        if let Some(python) = has(Variant::Python) {
            versions.extend(self.python_versions("python", python, &["awslambdaric", "boto3"])?);
        }
        Ok(versions)
    }
}

/// Returns a file's size in MB of 10^6 bytes.
///
/// # Errors
/// The file is missing.
pub fn megabytes(file: &Path) -> Result<f64> {
    let metadata = fs::metadata(file).with_context(|| format!("{} is missing: run without --skip-build", file.display()))?;
    Ok(metadata.len() as f64 / 1e6)
}

/// Returns the version of a package in a `Cargo.lock`.
fn locked(lockfile: &Path, package: &str) -> Result<String> {
    let text = fs::read_to_string(lockfile).with_context(|| format!("cannot read {}", lockfile.display()))?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = text.split_once(&entry).and_then(|(_, rest)| rest.split_once('"'));
    Ok(version.with_context(|| format!("no {package} in {}", lockfile.display()))?.0.to_owned())
}
