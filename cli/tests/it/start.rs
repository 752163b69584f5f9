//! Failing startup: the error says what to do.

use std::fs;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::gateway::{Finished, chathooks, finish};

fn start(folder: &TempDir, arguments: &[&str], settings: &[(&str, &str)]) -> Finished {
    let mut command = chathooks(&["dev", "--port", "0"]);
    finish(command.args(arguments).envs(settings.iter().copied()).current_dir(folder.path()))
}

#[test]
fn an_invalid_setting_is_named_but_not_shown() {
    let folder = TempDir::new().expect("a folder");
    for (setting, value) in [
        ("KOMMO_SECRET", r#"{"hush":""}"#),
        ("KOMMUNICATE_TOKEN", r#"{"hush":[]}"#),
        ("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "hush"),
        ("QIKCHAT_LOGIN", "hush"),
        ("KORE_CLIENT", "hush:"),
        ("KORE_TOKEN_HEADER", "hush hush"),
        ("KOMMO_SECRET_ARN", "hush"),
        ("ACK_BUDGET_MS", "hush"),
        ("BASE_PATH", "hush"),
        ("QUEUE_URL", "hush"),
    ] {
        let credentials = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), (setting, value)];
        let finished = start(&folder, &[], &credentials);
        assert_eq!(finished.code, Some(2), "{setting}");
        assert!(finished.stderr.starts_with(&format!("error: {setting}: ")), "{}", finished.stderr);
        assert!(!finished.stderr.contains("hush") && finished.stdout.is_empty(), "{}{}", finished.stdout, finished.stderr);
    }
}

#[test]
fn an_invalid_destination_is_named_but_not_shown() {
    let folder = TempDir::new().expect("a folder");
    let sqs = [("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/q"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let url = "http://127.0.0.1:9/hush";
    for (arguments, settings, told) in [
        (vec!["--forward-to", "hush"], vec![], "it must be an http or https URL, or host:port"),
        (vec!["--forward-to", "http://hush:hush@127.0.0.1"], vec![], "it must be an http or https URL, or host:port"),
        (vec!["--forward-to", url], vec![("DELIVERY_SECRET", "hush")], "DELIVERY_SECRET: must be one or more secrets"),
        (vec![], vec![("DELIVERY_URL", "hush")], "DELIVERY_URL: must be an http or https URL"),
        (vec![], vec![("DELIVERY_URL", "http://hush:hush@127.0.0.1:9/")], "DELIVERY_URL: "),
        (vec!["--forward-to", url], sqs.to_vec(), "unset QUEUE_URL"),
        (vec![], sqs[..1].to_vec(), "set AWS_PROFILE"),
    ] {
        let finished = start(&folder, &arguments, &settings);
        assert_eq!(finished.code, Some(2), "{told}");
        assert!(finished.stderr.contains(told), "{}", finished.stderr);
        assert!(!finished.stderr.contains("hush") && finished.stdout.is_empty(), "{}{}", finished.stdout, finished.stderr);
    }
}

#[test]
fn a_port_in_use_is_reported() {
    let folder = TempDir::new().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let finished = finish(chathooks(&["dev", "--port", &port]).current_dir(folder.path()));
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains(&format!("port {port} is taken")) && finished.stderr.contains("--port"), "{}", finished.stderr);
    assert!(!folder.path().join(".chathooks").exists());
}

#[test]
fn a_file_that_is_not_a_queue_is_not_modified() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("notes.txt");
    fs::write(&file, "notes of somebody, a line that is no database").expect("a file");
    let finished = start(&folder, &["--queue-file", "notes.txt"], &[]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("notes.txt") && finished.stderr.contains("--queue-file"), "{}", finished.stderr);
    assert_eq!(fs::read_to_string(&file).expect("the file"), "notes of somebody, a line that is no database");
}
