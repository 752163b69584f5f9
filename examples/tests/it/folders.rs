//! The folders meant for copying: nothing in them refers to anything outside.

use std::fs;

use crate::program::{copy_of, file};

#[test]
fn a_readme_links_to_nothing_outside_its_folder() {
    for folder in ["answering", "lambda-python", "lambda-typescript", "fastapi", "express", "opentelemetry-python"] {
        let copy = copy_of(folder);
        let text = fs::read_to_string(copy.join("README.md")).expect("a page");
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().expect("a link")) {
            let path = link.split('#').next().expect("a path");
            let is_inside = !path.contains("..") && copy.join(path).exists();
            assert!(link.starts_with("https://") || is_inside, "examples/{folder}/README.md: {link}");
        }
    }
}

/// Every folder here with a README is such a folder, and locks what it installs.
#[test]
fn every_folder_with_a_readme_is_for_copying() {
    let folders = fs::read_dir(file("")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = folders.filter(|path| path.join("README.md").exists());
    for path in found {
        let text = fs::read_to_string(path.join("README.md")).expect("a page");
        let is_locked = ["requirements.txt", "src/requirements.txt", "package-lock.json"].iter().any(|name| path.join(name).exists());
        let installs_nothing = fs::read_to_string(path.join("typescript/package.json")).is_ok_and(|json| !json.contains("ependencies"));
        assert!((is_locked || installs_nothing) && text.contains("The folder is self-contained: copy it."), "{}", path.display());
    }
}
