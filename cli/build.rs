//! Puts the workspace's samples into the program, so that it has them outside a checkout: their names and their bytes, as
//! the constant `SAMPLES`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let events = Path::new("../events").canonicalize()?;
    println!("cargo::rerun-if-changed={}", events.display());
    let mut source = String::from("[");
    for provider in entries(&events)?.iter().filter(|path| path.is_dir()) {
        for sample in entries(provider)?.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
            let (Some(provider), Some(name)) = (provider.file_name(), sample.file_stem()) else { continue };
            let name = format!("{}/{}", provider.display(), name.display());
            let _ = write!(source, "({name:?}, include_bytes!({sample:?}).as_slice()),");
        }
    }
    source.push(']');
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&folder).join("samples.rs"), source)
}

/// What stands in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
