//! The types for consumers match what the pinned generators produce from the consumer schema.
//!
//! `UPDATE=1 cargo test -p tests --test contract types` rewrites those in `docs/schema`.

use std::fs;

use testkit::workspace;

use crate::{node, python};

const SCHEMA: &str = "docs/schema/event.consumer.schema.json";

#[test]
fn the_python_types_are_generated_from_the_consumer_schema() {
    let made = python::print(&[
        "-m",
        "datamodel_code_generator",
        "--input",
        SCHEMA,
        "--input-file-type=jsonschema",
        "--output-model-type=pydantic_v2.BaseModel",
        "--target-python-version=3.10",
        "--extra-fields=allow",
        "--use-annotated",
        "--use-schema-description",
        "--use-field-description",
        "--use-inline-field-description",
        "--use-single-line-docstring",
        "--use-double-quotes",
        "--formatters=builtin",
        "--custom-file-header",
        r#""""The events of Chathooks, version 1. Made from event.consumer.schema.json by datamodel-code-generator; do not edit.""""#,
    ]);
    compare("docs/schema/chathooks_event.py", &made);
}

#[test]
fn the_typescript_types_are_generated_from_the_consumer_schema() {
    let made = node::print(
        "tests/types",
        &[
            "node_modules/json-schema-to-typescript/dist/src/cli.js",
            &format!("../../{SCHEMA}"),
            // Additional members pass at run time; reading an undeclared member is a compile error.
            "--additionalProperties=false",
            "--style.printWidth=120",
            "--bannerComment=/** The events of Chathooks, version 1. Made from event.consumer.schema.json by json-schema-to-typescript; do not edit. */\n",
        ],
    );
    compare("docs/schema/chathooks-event.ts", &made);
}

/// Compares a published file with the generated one; with `UPDATE=1`, writes it first.
fn compare(path: &str, made: &str) {
    let file = workspace().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, made).expect("docs/schema is writable");
    }
    let published = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(published, made, "{path} does not match {SCHEMA}; run UPDATE=1 cargo test -p tests --test contract types");
}
