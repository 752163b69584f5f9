//! The size of each function, as a file and in a zip.

use std::fs;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use bench_inner::budget::Figures;

/// Returns the sizes of all functions of both architectures.
///
/// # Panics
/// The functions are not built.
pub(crate) fn of_functions(folder: &Path) -> Figures {
    let mut figures = Figures::new();
    for architecture in ["x86_64", "arm64"] {
        let functions = folder.join(architecture);
        let entries = fs::read_dir(&functions).unwrap_or_else(|error| panic!("{}: {error}; make budgets builds them", functions.display()));
        for function in entries.map(|entry| entry.expect("a folder's entry").path()).filter(|path| path.join("bootstrap").is_file()) {
            let bootstrap = fs::read(function.join("bootstrap")).expect("a function's binary");
            let name = function.file_name().unwrap_or_default().to_string_lossy().into_owned();
            figures.insert(format!("bytes-{architecture}-{name}"), bootstrap.len() as u64);
            figures.insert(format!("bytes-{architecture}-{name}-zip"), deflated(&bootstrap));
        }
    }
    figures
}

/// Returns the size of a file in a zip, without about 150 bytes for names.
fn deflated(content: &[u8]) -> u64 {
    use std::io::Write as _;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory").len() as u64
}
