//! `docs/openapi.yaml` against the code: paths, proofs, responses, examples. `make openapi` tests it over
//! HTTP.

use std::collections::BTreeSet;
use std::iter::once;

use functions::PROVIDERS;
use serde_json::{Value, json};
use shared::endpoint::Endpoint;
use shared::parse::Malformed;
use shared::problem::Rejection;
use shared::queue::NotQueued;
use shared::route::{self, Prefix};
use shared::settings::Settings;
use shared::verify::Refusal;
use testkit::demo_env;

use crate::python;

#[test]
fn its_paths_are_the_webhooks_paths() {
    let document = document();
    let tags: BTreeSet<&str> = document["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let documented: BTreeSet<&str> = document["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    let described = PROVIDERS.iter().filter(|provider| tags.contains(provider.name));
    let expected: BTreeSet<&str> = described.flat_map(|provider| provider.webhooks).flat_map(|webhook| webhook.paths).copied().collect();
    assert_eq!(documented, expected);
}

#[test]
fn each_path_is_routed_and_proved_as_documented() {
    let document = document();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let endpoint = endpoint_of(path);
        let route = route::find(once(endpoint.webhook), path, Prefix::Required).expect("a path of this webhook");
        let parameter = item["parameters"].as_array().map(|parameters| text(&follow(&document, &parameters[0])["name"]));
        assert_eq!(route.channel, parameter.map(|name| format!("{{{name}}}")), "{path}");

        let scheme = item["post"]["security"][0].as_object().expect("a scheme").keys().next().expect("a name");
        let scheme = &document["components"]["securitySchemes"][scheme];
        let header = scheme["name"].as_str().unwrap_or("Authorization").to_ascii_lowercase();
        let proof = endpoint.sign(None, b"{}").expect("a proof");
        assert_eq!(proof.iter().map(|(name, _)| name).collect::<Vec<_>>(), [&header], "{path}");
        let value = proof[0].1.to_ascii_lowercase();
        assert!(scheme["scheme"].as_str().is_none_or(|name| value.starts_with(name)), "{path}");

        let refused = follow(&document, &item["post"]["responses"]["401"]);
        let challenge = refused["headers"]["WWW-Authenticate"]["schema"]["const"].as_str();
        assert_eq!(challenge, endpoint.webhook.scheme.challenge(), "{path}");
    }
}

#[test]
fn its_responses_match_the_problem_table() {
    let document = document();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let challenge = endpoint_of(path).webhook.scheme.challenge();
        let mandatory = path.contains("/chatbot/").then_some(Rejection::Malformed(Malformed::MissingField("from.id")));
        let rejections = [
            Rejection::NotFound,
            Rejection::MethodNotAllowed,
            Rejection::TooLarge,
            Rejection::Refused(Refusal::WrongToken, challenge),
            Rejection::Malformed(Malformed::NotJson),
            Rejection::Malformed(Malformed::Scalar),
            Rejection::NotQueued(NotQueued { code: "timeout".to_owned() }),
        ];
        let mut statuses = vec!["200".to_owned()];
        for rejection in rejections.into_iter().chain(mandatory) {
            let answer = rejection.answer("request-1");
            let response = follow(&document, &item["post"]["responses"][answer.status.to_string()]);
            let schema = json!({"$ref": "#/response", "response": response["content"]["application/problem+json"]["schema"], "components": document["components"]});
            let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
            let problem = serde_json::from_str(&answer.body).expect("a problem");
            let violations: Vec<String> = schema.iter_errors(&problem).map(|error| error.to_string()).collect();
            assert!(violations.is_empty(), "{path}: {violations:?}");
            assert!(!schema.is_valid(&json!({"type": "about:blank", "title": "Gone", "status": 410, "detail": "gone", "instance": "r"})));

            let stated = response["headers"].as_object().into_iter().flatten();
            let stated: Vec<(String, String)> =
                stated.map(|(name, header)| (name.to_ascii_lowercase(), text(&header["schema"]["const"]))).collect();
            let sent: Vec<(String, String)> =
                answer.headers[1..].iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!((stated, answer.headers[0]), (sent, ("content-type", "application/problem+json")), "{path}: {}", answer.status);
            statuses.push(answer.status.to_string());
        }
        statuses.sort_unstable();
        statuses.dedup();
        let stated: Vec<&String> = item["post"]["responses"].as_object().expect("answers").keys().collect();
        assert_eq!(stated, statuses.iter().collect::<Vec<_>>(), "{path}");
    }
}

#[test]
fn its_examples_are_samples() {
    let document = document();
    let mut count = 0;
    for item in document["paths"].as_object().expect("paths").values() {
        let provider = text(&item["post"]["tags"][0]);
        let body = &follow(&document, &item["post"]["requestBody"])["content"]["application/json"];
        for (name, example) in body["examples"].as_object().expect("examples") {
            let sample =
                testkit::samples(&provider).into_iter().find(|sample| sample.name == *name).unwrap_or_else(|| panic!("{provider}/{name}"));
            assert_eq!(serde_json::from_slice::<Value>(&sample.body).expect("JSON"), example["value"], "{provider}/{name}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

fn document() -> Value {
    let program = "import json, yaml; print(json.dumps(yaml.safe_load(open('docs/openapi.yaml', encoding='utf-8'))))";
    serde_json::from_str(&python::print(&["-c", program])).expect("JSON")
}

/// Returns the endpoint at a path, with the demo secrets.
fn endpoint_of(path: &str) -> Endpoint {
    let demo = demo_env();
    let settings = Settings::new(|name| demo.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
    let provider = PROVIDERS.iter().find(|provider| path.split('/').nth(1) == Some(provider.name)).expect("a provider");
    let endpoints = provider.endpoints(&settings).expect("the demo secrets");
    let found = endpoints.into_iter().find(|endpoint| endpoint.webhook.paths.contains(&path));
    found.unwrap_or_else(|| panic!("{path} matches no webhook"))
}

/// Resolves a reference.
fn follow<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} does not exist")),
        None => value,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
