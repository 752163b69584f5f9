//! Output that cannot be written is an error in every command except `dev`. A reader that has gone away ends the command.

use std::fs::File;
use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::Sqs;

use crate::filled::{counts, event, fill, with_access};
use crate::gateway::{Gateway, PATIENCE, chathooks, finish, finish_within};

/// The exit code that a shell reports for a program ended by a closed pipe.
const CLOSED_PIPE: i32 = 141;

/// Returns every command, with arguments with which it succeeds and writes something.
fn commands(gateway: &Gateway, folder: &TempDir) -> Vec<Vec<String>> {
    let queue_file = gateway.queue_file().display().to_string();
    let export = folder.path().join("events.jsonl");
    if !export.exists() {
        let finished = finish(chathooks(&["tail", "--once", "--queue-file", &queue_file, "--export"]).arg(&export));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
    let (export, origin) = (export.display().to_string(), gateway.origin.as_str());
    [
        &["--help"][..],
        &["send", "--help"],
        &["--version"],
        &["completions", "bash"],
        &["queue", "--queue-file", &queue_file],
        &["queue", "--json", "--queue-file", &queue_file],
        &["redrive", "--from", "dead-letter", "--queue-file", &queue_file],
        &["redrive", "--from", "dead-letter", "--json", "--queue-file", &queue_file],
        &["replay", &export, "--queue-file", &queue_file],
        &["replay", &export, "--json", "--queue-file", &queue_file],
        &["samples"],
        &["samples", "--json"],
        &["doctor", "--url", origin],
        &["doctor", "--json", "--url", origin],
        &["send", "kommo/v2-text", "--to", origin],
        &["send", "kommo/v2-text", "--json", "--to", origin],
        &["send", "kommo/v2-text", "--repeat", "2", "--to", origin],
        &["sign", "kommo/v2-text"],
        &["sign", "kommo/v2-text", "--curl"],
        &["tail", "--once", "--queue-file", &queue_file],
        &["tail", "--once", "--json", "--queue-file", &queue_file],
        &["verify", "kommo/v2-text"],
        &["verify", "kommo/v2-text", "--json"],
    ]
    .map(|arguments| arguments.iter().map(|argument| (*argument).to_owned()).collect())
    .into()
}

/// Runs a command with this standard output, and returns its exit code and its errors.
fn run(arguments: &[String], stdout: Stdio) -> (Option<i32>, String) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = chathooks(&arguments).stdout(stdout).stderr(Stdio::piped()).output().expect("it starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_full_disk_and_a_closed_pipe_end_every_command() {
    let (gateway, folder) = (Gateway::start(), TempDir::new().expect("a folder"));
    assert_eq!(finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin])).code, Some(0));
    for arguments in commands(&gateway, &folder) {
        assert_eq!(run(&arguments, Stdio::null()).0, Some(0), "{arguments:?}");
        let full = File::options().write(true).open("/dev/full").expect("a full disk");
        let (code, errors) = run(&arguments, full.into());
        assert!(code == Some(2) && errors.contains("cannot write to standard output"), "{arguments:?}: {code:?} {errors}");
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        assert_eq!(run(&arguments, writer.into()), (Some(CLOSED_PIPE), String::new()), "{arguments:?}");
    }
}

#[test]
fn the_gateway_keeps_running_without_a_reader() {
    let gateway = Gateway::start();
    let mut second = chathooks(&["dev", "--port", "0", "--queue-file"]);
    let file = gateway.queue_file().with_file_name("second.sqlite3");
    let mut child = second.arg(file).stdout(Stdio::piped()).spawn().expect("it starts");
    let first = BufReader::new(child.stdout.take().expect("stdout")).lines().next().expect("a line").expect("a line");
    let origin =
        first.split_whitespace().find(|word| word.starts_with("http")).expect("an address").trim_end_matches(['/', ',']).to_owned();
    let sent = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &origin]));
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    assert_eq!(sent.code, Some(0), "{}{}", sent.stdout, sent.stderr);
}

#[test]
fn a_failed_export_leaves_no_file() {
    let (gateway, folder) = (Gateway::start(), TempDir::new().expect("a folder"));
    assert_eq!(finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin])).code, Some(0));
    let (queue, export) = (gateway.queue_file().display().to_string(), folder.path().join("events.jsonl"));
    let tail = |stdout: Stdio| {
        let mut command = chathooks(&["tail", "--once", "--queue-file", &queue, "--export"]);
        command.arg(&export).stdout(stdout).stderr(Stdio::null()).status().expect("it starts").code()
    };
    assert_eq!(tail(File::options().write(true).open("/dev/full").expect("a full disk").into()), Some(2));
    assert!(!export.exists());
    assert_eq!(tail(Stdio::null()), Some(0));
    assert_eq!(std::fs::read_to_string(&export).expect("a file").lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_cut_short_takes_no_messages_from_others() {
    let queue = Sqs::start().create_queue("head").await;
    let events: Vec<Value> = (0..30).map(|number| event(&format!("k{number:02}"), "chat", "kommo", "message")).collect();
    fill(&queue, &events).await;
    for arguments in ["", "--once", "--json"] {
        let line = format!("\"$0\" tail {arguments} --queue-url {} | head -1; exit ${{PIPESTATUS[0]}}", queue.url());
        let mut shell = Command::new("bash");
        shell.args(["-c", &line, env!("CARGO_BIN_EXE_chathooks")]).env_clear().env("PATH", "/usr/bin:/bin");
        shell.envs(with_access(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))).filter(|(name, _)| *name != "PATH"));
        let finished = finish_within(&mut shell, PATIENCE);
        assert_eq!((finished.code, finished.stdout.lines().count()), (Some(CLOSED_PIPE), 1), "{}", finished.stderr);
        assert_eq!((counts(&queue).await, finished.stderr.as_str()), ([30, 0], ""), "{arguments}");
    }
}
