//! The schemas, the Rust crate, and the Python and TypeScript types accept every event of every sample, and every form that
//! version 1 allows it to take in the future. `target/futures/events.ndjson` holds these events for other consumers.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use functions::PROVIDERS;
use jsonschema::Validator;
use serde_json::{Value, json};
use shared::event::CloudEvent;
use testkit::future::{Future, Futures};
use testkit::{Pipeline, Post, samples, schema, workspace};

use crate::{node, python};

/// Returns every event with its futures.
fn events() -> &'static [(Value, Vec<Future>)] {
    static EVENTS: OnceLock<Vec<(Value, Vec<Future>)>> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let futures = Futures::new();
        let mut events: Vec<(Value, Vec<Future>)> = Vec::new();
        for provider in PROVIDERS {
            let pipeline = Pipeline::new(provider);
            for sample in samples(provider.name) {
                for event in pipeline.events(&Post::of(&sample).path, &sample.body) {
                    let mut event = serde_json::to_value(event).expect("JSON");
                    event["traceparent"] = json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
                    let named = |future: Future| Future { name: format!("{}/{}: {}", provider.name, sample.name, future.name), ..future };
                    events.push((event.clone(), futures.of(&event).into_iter().map(named).collect()));
                }
            }
        }
        assert!(events.len() > 100 && events.iter().all(|(_, futures)| futures.len() > 7), "{} events", events.len());
        events
    })
}

/// Returns all events and futures, each with its name.
fn all() -> impl Iterator<Item = (&'static str, &'static Value)> {
    events().iter().flat_map(|(event, futures)| {
        std::iter::once(("today", event)).chain(futures.iter().map(|future| (future.name.as_str(), &future.event)))
    })
}

#[test]
fn the_consumer_schemas_allow_every_future_and_the_exact_one_does_not() {
    let [event_schema, data_schema] = ["event.consumer.schema.json", "data.consumer.schema.json"].map(validator);
    for (name, event) in all() {
        let problems: Vec<String> = event_schema
            .iter_errors(event)
            .chain(data_schema.iter_errors(&event["data"]))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
    for (event, futures) in events() {
        assert_eq!(schema::violations(event), Vec::<String>::new(), "{event}");
        for future in futures.iter().filter(|future| future.is_new) {
            assert!(!schema::violations(&future.event).is_empty(), "{}", future.name);
        }
    }
}

fn validator(name: &str) -> Validator {
    let text = fs::read_to_string(workspace().join("docs/schema").join(name)).expect(name);
    jsonschema::options().should_validate_formats(true).build(&serde_json::from_str(&text).expect("JSON")).expect("a JSON Schema")
}

#[test]
fn the_crate_parses_every_future() {
    let read = |name: &str, event: &Value| -> CloudEvent {
        serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    for (event, futures) in events() {
        let today = read("today", event);
        assert_eq!(serde_json::to_value(&today).expect("JSON"), *event);
        for future in futures {
            let read = read(&future.name, &future.event);
            if future.name.ends_with("new members") || future.name.ends_with("new attributes") {
                assert_eq!(read, today, "{}", future.name);
            }
        }
    }
}

#[test]
fn the_python_types_parse_every_future() {
    let read = python::print(&["tests/types/read.py", &written().to_string_lossy()]);
    assert_eq!(read.trim(), format!("{} events", all().count()));
}

/// A parsed event is passed on as a value: the compiler requires the declared members and allows additional ones.
#[test]
fn the_typescript_types_accept_every_future() {
    let mut module = "import type { ChathooksEvent } from '../../docs/schema/chathooks-event.js';\n\n\
                      declare function read<Event extends ChathooksEvent>(event: Event): void;\n"
        .to_owned();
    for (name, event) in all() {
        writeln!(module, "\n// {name}\nread({event});").expect("text");
    }
    folder_file("events.ts", &module);
    node::print("tests/types", &["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]);
}

/// No consumer of version 1 mistakes an event of another version for its own. `narrowing.ts` checks the same for the
/// TypeScript types.
#[test]
fn every_consumer_rejects_another_version() {
    let (event, _) = &events()[0];
    let schema = validator("event.consumer.schema.json");
    for (name, value) in [("specversion", "0.3"), ("dataschema", "urn:chathooks:data:2")] {
        let mut other = event.clone();
        other[name] = json!(value);
        let problems: Vec<String> = schema.iter_errors(&other).map(|error| error.instance_path().to_string()).collect();
        assert_eq!(problems, [format!("/{name}")]);
        let error = serde_json::from_value::<CloudEvent>(other.clone()).expect_err(name).to_string();
        assert!(error.contains(name), "{error}");
        let file = folder_file(&format!("{name}.ndjson"), &json!({ "name": name, "event": other }).to_string());
        let output = python::run(&["tests/types/read.py", &file.to_string_lossy()]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(&format!("\n{name}\n")), "{error}");
    }
}

/// Writes all events to a file, one per line with its name, and returns the path.
fn written() -> PathBuf {
    let lines = all().map(|(name, event)| json!({ "name": name, "event": event }).to_string() + "\n");
    folder_file("events.ndjson", &lines.collect::<String>())
}

fn folder_file(name: &str, text: &str) -> PathBuf {
    let folder = workspace().join("target/futures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(name), text).expect("a file");
    folder.join(name)
}
