//! What is measured: one job, done in several ways.

use std::collections::BTreeMap;

use anyhow::Result;
use bench_lambda::variant::Program;
use bench_lambda::workshop::{Workshop, rustc, there};
use clap::ValueEnum;

/// The virtual environment of the baselines. Node comes with the packages of `baselines/node`.
const VENV: &str = "worker-venv";
const NODE: &str = "worker-node";
const PYTHON: &str = "worker-python";

/// One way to do the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Variant {
    /// The worker that ships, with the profile that ships.
    Chathooks,
    /// `bench/baselines/worker-node`.
    Node,
    /// `bench/baselines/worker-python`.
    Python,
}

impl Variant {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::Chathooks, Self::Node, Self::Python];

    /// What the command line and the raw figures call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chathooks => "chathooks",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// What a reader reads.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Chathooks => "Chathooks (worker)",
            Self::Node => "Node 22",
            Self::Python => "Python 3",
        }
    }

    /// Builds it, each by its own tools; what is up to date is left as it is.
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

    /// What [`Variant::build`] has left.
    ///
    /// # Errors
    /// It is not there.
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

/// The versions of what these variants are made of.
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
