//! The measured variants: different implementations of one job.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::certificates::Roots;

/// An implementation of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Variant {
    /// The shipped function, built with the shipped profile.
    Chathooks,
    /// The hand-written lower limit: `bench/floor`.
    Floor,
    /// `bench/floor` without the system's certificates.
    FloorOneRoot,
    /// `bench/baselines/naive`.
    Naive,
    /// `bench/baselines/node`.
    Node,
    /// `bench/baselines/python`.
    Python,
}

impl Variant {
    /// All variants, in the order of the tables.
    pub const ALL: [Self; 6] = [Self::Chathooks, Self::Floor, Self::FloorOneRoot, Self::Naive, Self::Node, Self::Python];

    /// Returns the name on the command line and in the raw figures.
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

    /// Returns the name in tables and plots.
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

    /// Returns the root certificates that the variant reads. Chathooks has its trust anchors compiled in and reads a file only
    /// for the private CA of this benchmark.
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
    /// The name in progress lines and of the log file.
    pub name: String,
    /// The executable.
    pub executable: PathBuf,
    /// The executable's arguments.
    pub arguments: Vec<String>,
    /// The value of `_HANDLER`: the handler that a runtime client calls.
    pub handler: &'static str,
    /// The working directory, which is Lambda's task root.
    pub folder: PathBuf,
    /// Environment variables in addition to those of all programs.
    pub environment: Vec<(String, String)>,
}

impl Program {
    /// Returns the program of a native binary.
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
