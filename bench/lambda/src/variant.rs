//! What is measured: one job, done in several ways.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::certificates::Roots;

/// One way to do the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Variant {
    /// The function that ships, with the profile that ships.
    Chathooks,
    /// The limit, by hand: `bench/floor`.
    Floor,
    /// The same without the system's certificates.
    FloorOneRoot,
    /// `bench/baselines/naive`.
    Naive,
    /// `bench/baselines/node`.
    Node,
    /// `bench/baselines/python`.
    Python,
}

impl Variant {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 6] = [Self::Chathooks, Self::Floor, Self::FloorOneRoot, Self::Naive, Self::Node, Self::Python];

    /// What the command line and the raw figures call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chathooks => "chathooks",
            Self::Floor => "floor",
            Self::FloorOneRoot => "floor-one-root",
            Self::Naive => "naive",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// What a reader reads.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Chathooks => "Chathooks (kommo)",
            Self::Floor => "hand-made floor",
            Self::FloorOneRoot => "hand-made floor, one root",
            Self::Naive => "naive Rust",
            Self::Node => "Node 22",
            Self::Python => "Python 3",
        }
    }

    /// The root certificates that it reads. Chathooks has its trust anchors compiled in and reads a file only for the
    /// private CA of this benchmark.
    #[must_use]
    pub fn roots(self) -> Roots {
        match self {
            Self::Chathooks | Self::FloorOneRoot => Roots::Own,
            Self::Floor | Self::Naive | Self::Node | Self::Python => Roots::System,
        }
    }
}

/// A program that Lambda would start.
#[derive(Debug, Clone)]
pub struct Program {
    /// What the progress and the log file call it.
    pub name: String,
    /// The executable.
    pub executable: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The value of `_HANDLER`: what a runtime client is to call.
    pub handler: &'static str,
    /// Where it runs: Lambda's task root.
    pub folder: PathBuf,
    /// What it sees besides the variables that all programs see.
    pub environment: Vec<(String, String)>,
}

impl Program {
    /// A binary of its own.
    #[must_use]
    pub fn binary(name: &str, executable: &Path) -> Self {
        let folder = executable.parent().unwrap_or(executable).to_owned();
        Self {
            name: name.to_owned(),
            executable: executable.to_owned(),
            arguments: Vec::new(),
            handler: "bootstrap",
            folder,
            environment: Vec::new(),
        }
    }
}
