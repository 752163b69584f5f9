//! `fastapi/` and `express/`: what the worker's own delivery posts is stored once; only the handler refuses an event for good.

use std::path::PathBuf;
use std::process::Command;

use testkit::future::Futures;

use crate::program::{Program, changed, copy_of, folders_python, node_path};
use crate::receive::{RECEIVERS_SECRET, answer, deliver, event, signature, wants_a_proof, wants_a_secret};
use crate::versions;

#[derive(Clone, Copy)]
enum Framework {
    FastApi,
    Express,
}

/// A running receiver, and its database.
struct Receiver {
    program: Program,
    address: String,
    folder: tempfile::TempDir,
}

impl Framework {
    fn command(self) -> Command {
        match self {
            Self::FastApi => self.program("app"),
            Self::Express => self.program("server"),
        }
    }

    /// A module of the folder.
    fn program(self, module: &str) -> Command {
        match self {
            Self::FastApi => {
                let mut command = Command::new(folders_python());
                command.args(["-m", "uvicorn", &format!("{module}:app"), "--port", "0"]).current_dir(copy_of("fastapi"));
                command
            }
            Self::Express => {
                let mut command = Command::new(node_path());
                command.arg(format!("src/{module}.ts")).current_dir(copy_of("express"));
                command
            }
        }
    }

    /// The receiver with a handler that refuses every event with a message.
    fn refusing(self) -> Command {
        let (folder, path, other, code, refusing) = match self {
            Self::FastApi => {
                ("fastapi", "app.py", "refusing.py", "        database.execute(\"INSERT INTO messages VALUES", "        raise Refused\n")
            }
            Self::Express => {
                ("express", "src/server.ts", "src/refusing.ts", "const { message, conversation }", "if (event.id) throw new Refused();\n  ")
            }
        };
        let folder = copy_of(folder);
        let changed = changed(&folder.join(path), code, &format!("{refusing}{code}"));
        std::fs::write(folder.join(other), changed).expect("written");
        self.program("refusing")
    }

    fn start(self) -> Receiver {
        self.started(self.command())
    }

    fn started(self, command: Command) -> Receiver {
        self.started_with(command, RECEIVERS_SECRET)
    }

    fn started_with(self, mut command: Command, secrets: &str) -> Receiver {
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

    /// Runs SQL on the database; gives what comes first in each row.
    fn sql(&self, sql: &str) -> Vec<String> {
        const CODE: &str = "import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    for row in database.execute(sys.argv[2]):
        print(row[0])";
        let output = Command::new(folders_python()).args(["-c", CODE]).arg(self.database()).arg(sql).output().expect("Python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
    }

    /// The status and `chathooks-refuse` that a signed body gets.
    async fn post(&self, id: &str, body: &str) -> (u16, Option<String>) {
        let (signature, time) = signature(id, body, 0);
        let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
        let answer = answer(&self.address, &headers, body.as_bytes()).await;
        (answer.status, answer.headers.get("chathooks-refuse").cloned())
    }

    /// Ends it; gives all that it printed and was not read yet.
    fn stop(self) -> String {
        let (lines, errors) = self.program.stop();
        [lines, errors].concat().join("\n")
    }
}

async fn stores_what_the_worker_delivers_once(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hello").await;
    assert!(deliver(&receiver.address, &id, &json).await);
    assert!(deliver(&receiver.address, &id, &json).await, "a duplicate is accepted");
    wants_a_proof(&receiver.address, &id, &json, "hello").await;
    assert_eq!(receiver.sql("SELECT text FROM messages"), ["hello"]);
    assert_eq!(receiver.sql("SELECT id FROM handled_events"), [id]);
}

/// What the handler refuses goes to the dead-letter queue at once; nothing of it is stored.
async fn what_the_handler_refuses_is_refused(framework: Framework) {
    let receiver = framework.started(framework.refusing());
    let (id, json) = event("hush").await;
    assert_eq!(receiver.post(&id, &json).await, (422, Some("true".to_owned())));
    assert_eq!(receiver.sql("SELECT count(*) FROM handled_events"), ["0"]);
    let printed = receiver.stop();
    assert!(printed.contains("refused") && !printed.contains("hush"), "{printed}");
}

/// The worker keeps an event of another version, and what cannot be parsed: a later receiver may know it.
async fn what_is_not_known_is_retried(framework: Framework) {
    let receiver = framework.start();
    let (id, json) = event("hush").await;
    let broken = ["{}", "[]", "x", r#"{"specversion":"1.0","id":"b","dataschema":"urn:chathooks:data:1","data":"hush"}"#];
    for other in versions::others(&json).into_iter().chain(broken.map(str::to_owned)) {
        assert_eq!(receiver.post(&id, &other).await, (500, None), "{other}");
    }
    // Nothing of it was stored: the id is not taken for handled.
    assert_eq!(receiver.post(&id, &json).await, (204, None));
    assert_eq!(receiver.sql("SELECT text FROM messages"), ["hush"]);
    let printed = receiver.stop();
    assert!(printed.contains("failed") && !printed.contains("hush"), "{printed}");
}

/// While a secret is replaced, the receiver takes the signatures of both.
async fn either_secret_is_accepted(framework: Framework) {
    for secrets in [
        format!("whsec_YW5vdGhlciBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM= {RECEIVERS_SECRET}"),
        format!("{RECEIVERS_SECRET} {RECEIVERS_SECRET}\n"),
    ] {
        let receiver = framework.started_with(framework.command(), &secrets);
        let (id, json) = event("hello").await;
        assert!(deliver(&receiver.address, &id, &json).await);
    }
}

/// All that version 1 may make of an event, each with an id of its own.
async fn later_versions_are_accepted(framework: Framework) {
    let receiver = framework.start();
    let (_, json) = event("hello").await;
    let futures = Futures::new().of(&serde_json::from_str(&json).expect("an event"));
    assert!(futures.len() > 10, "{}", futures.len());
    for (place, mut future) in futures.into_iter().enumerate() {
        let id = format!("kommo-{place:032x}");
        future.event["id"] = id.as_str().into();
        assert_eq!(receiver.post(&id, &future.event.to_string()).await, (204, None), "{}", future.name);
    }
}

/// While the work cannot be stored, the answer is none of 2xx, and the id is not taken for handled.
async fn a_failure_is_told_and_tried_again(framework: Framework) {
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

/// Your code may validate something of its own: its failure is no reason to refuse the event.
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

async fn too_large_is_not_read(framework: Framework) {
    let receiver = framework.start();
    assert_eq!(receiver.post("a", &"x".repeat(1_048_577)).await.0, 413);
    assert_eq!(receiver.post("a", &"x".repeat(1_048_576)).await.0, 500);
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
async fn fastapi_refuses_for_its_handler_alone() {
    what_the_handler_refuses_is_refused(Framework::FastApi).await;
    what_is_not_known_is_retried(Framework::FastApi).await;
    either_secret_is_accepted(Framework::FastApi).await;
}

#[tokio::test]
async fn express_refuses_for_its_handler_alone() {
    what_the_handler_refuses_is_refused(Framework::Express).await;
    what_is_not_known_is_retried(Framework::Express).await;
    either_secret_is_accepted(Framework::Express).await;
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
async fn fastapi_tells_a_failure() {
    a_failure_is_told_and_tried_again(Framework::FastApi).await;
    too_large_is_not_read(Framework::FastApi).await;
}

#[tokio::test]
async fn express_tells_a_failure() {
    a_failure_is_told_and_tried_again(Framework::Express).await;
    too_large_is_not_read(Framework::Express).await;
}

#[test]
fn a_receiver_without_a_good_secret_does_not_start() {
    wants_a_secret(|| Framework::FastApi.command());
    wants_a_secret(|| Framework::Express.command());
}

#[test]
fn typescript_is_content() {
    crate::program::npm(&copy_of("express"), &["run", "check"]);
}

#[test]
fn the_pages_have_the_demo_secret_of_the_gateway() {
    let read = |path: &str| std::fs::read_to_string(testkit::workspace().join(path)).expect("a page");
    let reference = read("docs/cli.md");
    for page in ["examples/fastapi/README.md", "examples/express/README.md"] {
        let page = read(page);
        let (_, rest) = page.split_once("export DELIVERY_SECRET=").expect("the setting");
        let secret = rest.split_whitespace().next().expect("a secret");
        assert!(reference.contains(&format!("demo secret {secret}.")), "{secret} is not the demo secret of docs/cli.md");
    }
}
