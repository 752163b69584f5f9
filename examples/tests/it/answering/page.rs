//! `docs/answering.md`: the requests that it shows are accepted, and it names every setting of the examples.

use std::collections::BTreeSet;
use std::fs;

use testkit::wire::{Headers, Request};
use testkit::workspace;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::double::check;

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the requests that the page shows.
fn shown() -> Vec<Request> {
    let page = read("docs/answering.md");
    let blocks = page.split("```http\n").skip(1).map(|rest| rest.split("```").next().expect("a block").trim_end());
    let requests = blocks.map(|block| {
        let (head, body) = block.split_once("\n\n").expect("a body");
        let (first, headers) = head.split_once('\n').expect("headers");
        let (method, target) = first.split_once(' ').expect("a target");
        let headers: Headers = headers
            .lines()
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Request { method: method.to_owned(), target: target.to_owned(), headers, body: body.as_bytes().to_vec() }
    });
    requests.collect()
}

#[test]
fn the_requests_on_the_page_are_accepted() {
    let requests = shown();
    assert_eq!(requests.len(), 6);
    for request in requests {
        let date = OffsetDateTime::parse(request.header("date"), &Rfc2822).map_or(0, OffsetDateTime::unix_timestamp);
        assert_eq!(check(&request, date), Ok(()), "{} {}", request.method, request.target);
    }
}

#[test]
fn the_page_names_every_setting_of_the_examples() {
    let page = read("docs/answering.md");
    for folder in ["python", "typescript"] {
        let files = fs::read_dir(workspace().join("examples/answering").join(folder)).expect("a folder");
        let texts = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.is_file())
            .map(|path| fs::read_to_string(path).expect("text"));
        let is_of_a_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let names: BTreeSet<String> = texts
            .flat_map(|text| text.split(|letter| !is_of_a_name(letter)).map(str::to_owned).collect::<Vec<_>>())
            .filter(|word| ["KOMMO_", "KOMMUNICATE_", "KORE_", "QIKCHAT_"].iter().any(|prefix| word.starts_with(prefix)))
            .collect();
        assert!(names.len() > 10, "{folder}: {names:?}");
        for name in names {
            assert!(page.contains(&format!("`{name}`")) || page.contains(&format!(" {name}=")), "{folder}: {name} is not on the page");
        }
    }
}
