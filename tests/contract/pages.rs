//! All documentation pages: their links, their anchors, and the tests that they name.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::workspace;

/// A Markdown file and its text.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let path = workspace().join(path);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    /// Returns the text outside code blocks.
    pub(crate) fn prose(&self) -> String {
        let mut in_code = false;
        let lines = self.text.lines().filter(|line| {
            let fence = line.trim_start().starts_with("```");
            in_code ^= fence;
            !in_code && !fence
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns the code blocks in a language.
    pub(crate) fn blocks(&self, language: &str) -> Vec<&str> {
        let opening = format!("```{language}\n");
        self.text.split(&opening).skip(1).map(|rest| rest.split("```").next().expect("a block")).collect()
    }

    /// Returns the code spans, the text between backticks.
    pub(crate) fn code(&self) -> Vec<String> {
        self.prose().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Returns the anchors of its headings, as GitHub generates them.
    fn anchors(&self) -> Vec<String> {
        let prose = self.prose();
        let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
        let kept = |text: String| text.chars().filter(|letter| letter.is_alphanumeric() || "-_ ".contains(*letter)).collect::<String>();
        headings.map(|heading| kept(heading).replace(' ', "-")).collect()
    }

    /// Returns the targets of its links.
    fn links(&self) -> Vec<String> {
        self.prose().split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
    }
}

/// Returns all pages except those in build output or installed packages.
pub(crate) fn all() -> Vec<Page> {
    let mut pages = Vec::new();
    walk(&workspace(), &mut pages);
    assert!(pages.len() > 10, "{} pages", pages.len());
    pages
}

fn walk(folder: &Path, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
            walk(&path, pages);
        } else if name.ends_with(".md") {
            pages.push(Page { text: fs::read_to_string(&path).expect("text"), path });
        }
    }
}

#[test]
fn every_link_has_a_target() {
    let mut broken = Vec::new();
    for page in all() {
        for link in page.links().into_iter().filter(|link| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.path.clone() } else { page.path.parent().expect("a folder").join(file) };
            let found = match anchor {
                "" => target.exists(),
                anchor => {
                    fs::read_to_string(&target).is_ok_and(|text| Page { path: target, text }.anchors().iter().any(|known| known == anchor))
                }
            };
            if !found {
                broken.push(format!("{}: {link}", page.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_test_that_a_page_names_exists() {
    let named: Vec<String> = all().iter().flat_map(Page::code).filter(|code| code.starts_with("-p ")).collect();
    assert!(named.len() > 10, "{named:?}");
    // The tests that every provider has.
    let suite = fs::read_to_string(workspace().join("tests/testkit/src/suite.rs")).expect("the suite");
    let (_, suite) = suite.split_once("mod every_provider {").expect("its tests");
    for name in named {
        let words: Vec<&str> = name.split(' ').collect();
        let [_, package, filter] = words[..] else { panic!("not a package and a test: {name}") };
        let folder = ["", "functions", "tests"].iter().map(|parent| workspace().join(parent).join(package)).find(|folder| folder.exists());
        let sources = source(&folder.unwrap_or_else(|| panic!("no package: {name}")));
        let is_in_package = ["fn ", "mod "].iter().any(|before| sources.contains(&format!("{before}{filter}")));
        let is_in_suite =
            sources.contains("testkit::suite!(") && suite.split(|letter: char| !is_of_a_name(letter)).any(|word| word == filter);
        assert!(is_in_package || is_in_suite, "{name}");
    }
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Returns all Rust source in a folder, except that of nested packages.
fn source(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let texts = entries.map(|path| match path.extension() {
        _ if path.join("Cargo.toml").exists() => String::new(),
        _ if path.is_dir() => source(&path),
        Some(extension) if extension == "rs" => fs::read_to_string(&path).expect("text"),
        _ => String::new(),
    });
    texts.collect()
}
