//! The measured variants: different implementations of one job.

use std::collections::BTreeMap;

use anyhow::Result;
use bench_lambda::variant::Program;
use bench_lambda::workshop::{Workshop, rustc, there};
use clap::ValueEnum;

/// The virtual environment of the baselines. It gets Node from the packages of `baselines/node`.
const VENV: &str = "worker-venv";
const NODE: &str = "worker-node";
const PYTHON: &str = "worker-python";

/// An implementation of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Variant {
    /// The shipped worker, built with the shipped profile.
    Chathooks,
    /// `bench/baselines/worker-node`.
    Node,
    /// `bench/baselines/worker-python`.
    Python,
}

impl Variant {
    /// All variants, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Chathooks, Self::Node, Self::Python];

    /// Returns the name on the command line and in the raw figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chathooks => "chathooks",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// Returns the name in tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Chathooks => "Chathooks (worker)",
            Self::Node => "Node 22",
            Self::Python => "Python 3",
        }
    }

    /// Builds the variant with its own tools, if it is not up to date.
    ///
    /// # Errors
    /// A tool is missing or fails.
    pub fn build(self, workshop: &Workshop) -> Result<()> {
        if self == Self::Chathooks {
            return workshop.function("worker");
        }
        workshop.packages(VENV, &[PYTHON, "node"])?;
        if self == Self::Node { workshop.node(NODE, VENV) } else { workshop.python(PYTHON) }
    }

    /// Returns the program that [`Variant::build`] has built.
    ///
    /// # Errors
    /// The program is missing.
    pub fn program(self, workshop: &Workshop) -> Result<Program> {
        let program = match self {
            Self::Chathooks => Program::binary("worker", &workshop.shipped("worker")),
            Self::Node => workshop.node_program(NODE, VENV)?,
            Self::Python => workshop.python_program(PYTHON, VENV),
        };
        there(&program.executable)?;
        Ok(program)
    }
}

/// Returns the versions of the tools and packages behind these variants.
///
/// # Errors
/// A tool or a list of packages is missing.
pub fn versions(workshop: &Workshop, programs: &BTreeMap<Variant, Program>) -> Result<Vec<String>> {
    let mut versions = vec![rustc()?];
    if let Some(node) = programs.get(&Variant::Node) {
        versions.extend(workshop.node_versions(NODE, node, &["@aws-lambda-powertools/batch", "aws-lambda-ric", "standardwebhooks"])?);
    }
    if let Some(python) = programs.get(&Variant::Python) {
        let packages = ["aws-lambda-powertools", "awslambdaric", "requests", "standardwebhooks"];
        versions.extend(workshop.python_versions(PYTHON, python, &packages)?);
    }
    Ok(versions)
}
