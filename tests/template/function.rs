//! Each folder of `functions/` is a function of the template, with that folder's program and its routes.

use serde_json::{Value, json};
use shared::route;
use shared::settings::Settings;

use crate::document::{PROVIDERS, find, function, path, resources, template, text};

fn folders() -> Vec<String> {
    let folders = std::fs::read_dir(path("functions")).expect("functions/");
    let mut names: Vec<String> = folders.map(|folder| folder.expect("a folder").file_name().into_string().expect("UTF-8")).collect();
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
    let mut known: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).chain(["worker"]).collect();
    known.sort_unstable();
    assert_eq!(folders(), known, "PROVIDERS in tests/template/document.rs are the folders of functions/ but for the worker");
    assert_eq!(resources(&template, "AWS::Serverless::Function").len(), known.len());
    for name in folders() {
        let function = function(&template, &name);
        assert_eq!(function["Metadata"], json!({"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": name}}));
        assert_eq!(function["Properties"]["CodeUri"], format!("functions/{name}"));
        assert!(text(&format!("functions/{name}/Cargo.toml")).contains(&format!("name = \"{name}\"")), "{name}: another package");
        assert!(path(&format!("functions/{name}/src/main.rs")).is_file(), "{name}: no program");
        for own in ["Runtime", "Handler", "Architectures", "Tracing"] {
            assert_eq!(function["Properties"][own], Value::Null, "{name}: {own} is a matter of Globals");
        }
    }
    let globals = &template["Globals"]["Function"];
    assert_eq!((&globals["Runtime"], &globals["Handler"]), (&json!("provided.al2023"), &json!("bootstrap")));
}

#[test]
fn every_route_is_a_path_of_its_provider() {
    let template = template();
    let every_keyring_set =
        Settings::new(|name| PROVIDERS.iter().flat_map(|f| f.webhooks).any(|w| w.keyring == name).then(|| "a:b".to_owned()));
    for provider in PROVIDERS {
        let senders = provider.senders(&every_keyring_set).expect("settings");
        let routes = routes(&template, provider.name);
        for path in &routes {
            let segments = route::segments(path).expect("a path");
            assert_eq!(segments[0], provider.name, "{path}");
            let found = senders.iter().find_map(|sender| sender.signer.route(&segments[1..]));
            let channel = segments.iter().find(|segment| segment.starts_with('{')).copied();
            assert_eq!(found, Some(channel), "{path}");
        }
        // The other way round: the webhooks' own paths, and the one without a channel where there is such a one.
        for webhook in provider.webhooks {
            assert!(routes.contains(&webhook.path.to_owned()), "{} has no route", webhook.path);
        }
        let without_channel = senders.iter().any(|sender| sender.signer.route(&[]) == Some(None));
        assert_eq!(routes.contains(&format!("/{}", provider.name)), without_channel, "/{}", provider.name);
    }
}

#[test]
fn every_sample_has_its_route() {
    let template = template();
    for provider in PROVIDERS {
        let routes = routes(&template, provider.name);
        for sample in std::fs::read_dir(path(&format!("events/{}", provider.name))).expect("samples") {
            let sample = std::fs::read_to_string(sample.expect("a sample").path()).expect("a sample");
            let sample: Value = serde_json::from_str(&sample).expect("JSON");
            let route = sample["routeKey"].as_str().and_then(|key| key.strip_prefix("POST ")).expect("a route key");
            assert!(routes.contains(&route.to_owned()), "{route} is in no sample's function");
        }
    }
}

#[test]
fn a_wrong_method_reaches_the_function_too() {
    for (id, function) in resources(&template(), "AWS::Serverless::Function") {
        for event in function["Properties"]["Events"].as_object().into_iter().flatten() {
            assert_eq!(event.1["Properties"]["Method"], "ANY", "{id}: {}", event.0);
        }
    }
}
