//! Each folder of `functions/` is a function in the template, with that folder's program and its routes.

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, path, resources, template, text};

fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(path("functions")).expect("functions/").map(|entry| entry.expect("an entry"));
    let packages = entries.filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut names: Vec<String> = packages.map(|folder| folder.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn routes(template: &Value, name: &str) -> Vec<String> {
    let events = find(&function(template, name)["Properties"]["Events"], "Path");
    events.iter().map(|path| path.as_str().expect("a path").to_owned()).collect()
}

#[test]
fn every_folder_is_a_function_that_runs_its_program() {
    let template = template();
    let mut known: Vec<&str> = providers().iter().map(|provider| provider.name).chain(["worker"]).collect();
    known.sort_unstable();
    assert_eq!(folders(), known, "the folders of functions/ are the providers and the worker");
    assert_eq!(resources(&template, "AWS::Serverless::Function").len(), known.len());
    for name in folders() {
        let function = function(&template, &name);
        assert_eq!(function["Metadata"], json!({"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": name}}));
        assert_eq!(function["Properties"]["CodeUri"], format!("functions/{name}"));
        assert!(
            text(&format!("functions/{name}/Cargo.toml")).contains(&format!("name = \"{name}\"")),
            "{name}: the package has another name"
        );
        assert!(path(&format!("functions/{name}/src/main.rs")).is_file(), "{name}: no main.rs");
        for own in ["Runtime", "Handler", "Architectures", "Tracing"] {
            assert_eq!(function["Properties"][own], Value::Null, "{name}: {own} belongs in Globals");
        }
    }
    let globals = &template["Globals"]["Function"];
    assert_eq!((&globals["Runtime"], &globals["Handler"]), (&json!("provided.al2023"), &json!("bootstrap")));
}

/// Returns whether a route matches a path.
fn matches(route: &str, path: &str) -> bool {
    route.strip_suffix("{proxy+}").map_or(route == path, |parent| path.len() > parent.len() && path.starts_with(parent))
}

#[test]
fn a_function_gets_everything_below_its_providers_name_and_nothing_else() {
    let template = template();
    for provider in providers() {
        let routes = routes(&template, provider.name);
        assert_eq!(routes, [format!("/{}", provider.name), format!("/{}/{{proxy+}}", provider.name)]);
        for path in &provider.paths {
            assert!(routes.iter().any(|route| matches(route, path)), "{}: {path} has no route", provider.name);
        }
    }
}

#[test]
fn every_sample_has_its_route() {
    let template = template();
    for provider in providers() {
        let routes = routes(&template, provider.name);
        for sample in std::fs::read_dir(path(&format!("events/{}", provider.name))).expect("samples") {
            let sample = std::fs::read_to_string(sample.expect("a sample").path()).expect("a sample");
            let sample: Value = serde_json::from_str(&sample).expect("JSON");
            let path = sample["rawPath"].as_str().expect("a path");
            let route =
                routes.iter().find(|route| matches(route, path)).unwrap_or_else(|| panic!("{}: {path} has no route", provider.name));
            for key in [&sample["routeKey"], &sample["requestContext"]["routeKey"]] {
                assert_eq!(*key, format!("ANY {route}"), "{}: {path}", provider.name);
            }
        }
    }
}

#[test]
fn every_method_reaches_the_function() {
    for (id, function) in resources(&template(), "AWS::Serverless::Function") {
        for event in function["Properties"]["Events"].as_object().into_iter().flatten() {
            assert_eq!(event.1["Properties"]["Method"], "ANY", "{id}: {}", event.0);
        }
    }
}
