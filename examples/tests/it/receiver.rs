//! `fastapi/` and `express/`: a delivery by the worker's own code is stored once, and refused if it can never be
//! stored.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use testkit::future::Futures;

use crate::feed::of_other_versions;
use crate::program::{Program, copy_of, folders_python, node_path, run_npm};
use crate::receive::{OTHER, RECEIVERS_SECRET, accepts_either_secret, deliver, event, post, requires_a_proof, requires_a_secret};

#[derive(Clone, Copy)]
pub(crate) enum Framework {
    FastApi,
    Express,
}

/// A running receiver and its database.
pub(crate) struct Receiver {
    program: Program,
    pub(crate) address: String,
    folder: tempfile::TempDir,
}

impl Framework {
    fn command(self) -> Command {
        match self {
            Self::FastApi => {
                let mut command = Command::new(folders_python());
                command.args(["-m", "uvicorn", "app:app", "--port", "0"]).current_dir(copy_of("fastapi"));
                command
            }
            Self::Express => {
                let mut command = Command::new(node_path());
                command.arg("src/server.ts").current_dir(copy_of("express"));
                command
            }
        }
    }

    pub(crate) fn start(self) -> Receiver {
        self.started(self.command())
    }

    fn started(self, command: Command) -> Receiver {
        self.with_secrets(command, RECEIVERS_SECRET)
    }

    fn with_secrets(self, mut command: Command, secrets: &str) -> Receiver {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("events.sqlite3").display().to_string();
        let env = [("DELIVERY_SECRET", secrets), ("PORT", "0"), ("DATABASE", &database), ("PYTHONDONTWRITEBYTECODE", "1")];
        let program = Program::start(&mut command, &env);
        let next = || if matches!(self, Self::FastApi) { program.error_line() } else { program.line() };
        let address = loop {
            if let Some((_, address)) = next().split_once("http://") {
                break address.split(' ').next().expect("an address").to_owned();
            }
        };
        Receiver { program, address, folder }
    }
}

impl Receiver {
    fn database(&self) -> PathBuf {
        self.folder.path().join("events.sqlite3")
    }

    /// Runs SQL on the database, and returns the first column of each row.
    fn sql(&self, sql: &str) -> Vec<String> {
        const CODE: &str = "import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    for row in database.execute(sys.argv[2]):
        print(row[0])";
        let output = Command::new(folders_python()).args(["-c", CODE]).arg(self.database()).arg(sql).output().expect("Python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
    }

    /// Sends a signed body, and returns the status and `chathooks-refuse`.
    async fn post(&self, id: &str, body: &str) -> (u16, Option<String>) {
        post(&self.address, id, body).await
    }

    /// Stops it, and returns all unread output.
    pub(crate) fn stop(self) -> String {
        let (lines, errors) = self.program.stop();
        [lines, errors].concat().join("\n")
    }
}

async fn stores_what_the_worker_delivers_once(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hello").await;
    assert!(deliver(&receiver.address, &id, &json).await);
    assert!(deliver(&receiver.address, &id, &json).await, "a duplicate is accepted");
    requires_a_proof(&receiver.address, &id, &json, "hello").await;
    assert_eq!(receiver.sql("SELECT text FROM messages"), ["hello"]);
    assert_eq!(receiver.sql("SELECT id FROM handled_events"), [id]);
}

/// Checks that a refused event leaves nothing behind, so it is accepted once it is valid.
async fn a_refused_event_is_not_stored(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hush").await;
    let mut event: Value = serde_json::from_str(&json).expect("an event");
    event["data"]["message"] = "hush".into();
    assert_eq!(receiver.post(&id, &event.to_string()).await, (422, Some("true".to_owned())));
    assert_eq!(receiver.post(&id, &json).await, (204, None));
    assert_eq!(receiver.sql("SELECT text FROM messages"), ["hush"]);
    let printed = receiver.stop();
    assert!(printed.contains("refused") && !printed.contains("hush"), "{printed}");
}

/// Checks that an event of another version is neither refused permanently nor recorded as handled,
/// because a later receiver might accept it.
async fn another_version_is_retried(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hush").await;
    for other in of_other_versions(&json) {
        assert_eq!(receiver.post(&id, &other).await, (503, None), "{other}");
    }
    assert_eq!(receiver.post(&id, r#"{"specversion":"1.0","dataschema":"urn:chathooks:data:2","data":[]}"#).await, (503, None));
    assert_eq!(receiver.post(&id, &json).await, (204, None));
    let printed = receiver.stop();
    assert!(!printed.contains("hush"), "{printed}");
}

/// Checks every form that version 1 allows an event to take, each with a unique ID.
async fn later_versions_are_accepted(framework: Framework) {
    let receiver = framework.start();
    let (_, json) = event("hello").await;
    let futures = Futures::new().of(&serde_json::from_str(&json).expect("an event"));
    assert!(futures.len() > 10, "{}", futures.len());
    for (index, mut future) in futures.into_iter().enumerate() {
        let id = format!("kommo-{index:032x}");
        future.event["id"] = id.as_str().into();
        assert_eq!(receiver.post(&id, &future.event.to_string()).await, (204, None), "{}", future.name);
    }
}

/// Checks that a failure to store the work returns no 2xx status, and does not record the ID as handled.
async fn a_failure_is_reported_and_retried(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hush").await;
    receiver.sql("CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'hush'); END");
    assert_eq!(receiver.post(&id, &json).await, (500, None));
    receiver.sql("DROP TRIGGER full");
    assert_eq!(receiver.post(&id, &json).await, (204, None));
    assert_eq!(receiver.sql("SELECT text FROM messages"), ["hush"]);
    let printed = receiver.stop();
    assert!(printed.contains(&id) && !printed.contains("hush"), "{printed}");
}

/// A handler can validate other data; such a failure is no reason to refuse the event.
#[tokio::test]
async fn a_validation_error_of_the_handler_is_retried() {
    let code = "import app as receiver\n\ndef handle(event, database):\n    receiver.ChathooksEvent.model_validate({})\n\n\
                receiver.handle = handle\napp = receiver.app\n";
    let folder = copy_of("fastapi");
    std::fs::write(folder.join("failing.py"), code).expect("written");
    let mut command = Command::new(folders_python());
    command.args(["-m", "uvicorn", "failing:app", "--port", "0"]).current_dir(&folder);
    let receiver = Framework::FastApi.started(command);
    let (id, json) = event("hush").await;
    assert_eq!(receiver.post(&id, &json).await, (500, None));
    assert_eq!(receiver.sql("SELECT count(*) FROM handled_events"), ["0"]);
}

async fn a_body_that_is_too_large_is_rejected(framework: Framework) {
    let receiver = framework.start();
    assert_eq!(receiver.post("a", &"x".repeat(1_048_577)).await.0, 413);
    assert_eq!(receiver.post("a", &"x".repeat(1_048_576)).await.0, 422);
}

#[tokio::test]
async fn fastapi_stores_what_the_worker_delivers_once() {
    stores_what_the_worker_delivers_once(Framework::FastApi).await;
}

#[tokio::test]
async fn express_stores_what_the_worker_delivers_once() {
    stores_what_the_worker_delivers_once(Framework::Express).await;
}

#[tokio::test]
async fn fastapi_stores_nothing_of_a_refused_event() {
    a_refused_event_is_not_stored(Framework::FastApi).await;
}

#[tokio::test]
async fn express_stores_nothing_of_a_refused_event() {
    a_refused_event_is_not_stored(Framework::Express).await;
}

#[tokio::test]
async fn fastapi_lets_another_version_be_retried() {
    another_version_is_retried(Framework::FastApi).await;
}

#[tokio::test]
async fn express_lets_another_version_be_retried() {
    another_version_is_retried(Framework::Express).await;
}

#[tokio::test]
async fn fastapi_accepts_later_versions() {
    later_versions_are_accepted(Framework::FastApi).await;
}

#[tokio::test]
async fn express_accepts_later_versions() {
    later_versions_are_accepted(Framework::Express).await;
}

#[tokio::test]
async fn fastapi_reports_a_failure() {
    a_failure_is_reported_and_retried(Framework::FastApi).await;
    a_body_that_is_too_large_is_rejected(Framework::FastApi).await;
}

#[tokio::test]
async fn express_reports_a_failure() {
    a_failure_is_reported_and_retried(Framework::Express).await;
    a_body_that_is_too_large_is_rejected(Framework::Express).await;
}

#[test]
fn a_receiver_without_a_secret_does_not_start() {
    for framework in [Framework::FastApi, Framework::Express] {
        requires_a_secret(|| framework.command());
    }
}

#[tokio::test]
async fn each_of_multiple_secrets_is_accepted() {
    for framework in [Framework::FastApi, Framework::Express] {
        let receiver = framework.with_secrets(framework.command(), &format!("{OTHER} {RECEIVERS_SECRET}\n"));
        accepts_either_secret(&receiver.address).await;
    }
}

/// An older Node could not run the TypeScript, and npm reports that.
#[test]
fn npm_requires_the_node_version_of_a_folder() {
    for folder in ["express", "lambda-typescript"] {
        let (from, to) = (copy_of(folder), tempfile::tempdir().expect("a folder"));
        for name in ["package.json", "package-lock.json", ".npmrc"] {
            let text = std::fs::read_to_string(from.join(name)).expect("a file");
            std::fs::write(to.path().join(name), text.replace(">=24", ">=1000")).expect("written");
        }
        let output = run_npm(to.path(), &["ci", "--ignore-scripts"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(r#"Required: {"node":">=1000"}"#), "{folder}: {error}");
    }
}

#[test]
fn the_typescript_compiles() {
    crate::program::npm(&copy_of("express"), &["run", "check"]);
}
