//! Every command reads settings in the same way, and reports invalid ones with what to do.

use std::fs;
use std::net::TcpListener;

use tempfile::TempDir;
use testkit::Sqs;

use crate::filled::{counts, event, fill};
use crate::gateway::{Gateway, chathooks, finish};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_uses_a_profile_from_a_settings_file() {
    let queue = Sqs::start().create_queue("profile").await;
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("config"), "[profile tests]\nregion = us-east-1\n").expect("a file");
    fs::write(path("credentials"), "[tests]\naws_access_key_id = a\naws_secret_access_key = b\n").expect("a file");
    let text = format!(
        "\u{feff}# Mine\r\nexport AWS_PROFILE='tests' # the account of the tests\r\nAWS_CONFIG_FILE=\"{}\"\r\nAWS_SHARED_CREDENTIALS_FILE={}\r\nQUEUE_URL={}\r\n",
        path("config"),
        path("credentials"),
        queue.url()
    );
    fs::write(path("my.env"), text).expect("a file");
    let env_file = path("my.env");
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--env-file", &env_file]);
    let sent = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin, "--env-file", &env_file]));
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""), "{}", sent.stdout);
    assert_eq!(counts(&queue).await, [1, 0]);
    fill(&queue, &[event("k1", "chat", "kommo", "message")]).await;
    let tail = finish(&mut chathooks(&["tail", "--once", "--env-file", &env_file]));
    assert_eq!((tail.code, tail.stdout.lines().count()), (Some(0), 2), "{}", tail.stderr);
    let other = Sqs::start().create_queue("target").await;
    let redrive =
        ["redrive", "--from", "fallback", "--from-url", queue.url(), "--to-url", other.url(), "--env-file", &env_file, "--execute"];
    let redrive = finish(&mut chathooks(&redrive));
    assert_eq!((redrive.code, counts(&other).await), (Some(0), [2, 0]), "{}{}", redrive.stdout, redrive.stderr);
}

#[test]
fn every_command_reports_an_invalid_settings_file() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("my.env");
    let path = file.to_str().expect("a path");
    for (text, told) in [
        ("A=1\nhush hush\n", "line 2: it must be NAME=value"),
        ("KOMMO_SECRET='hush\n", "line 1: the value begins with a quote"),
        ("KOMMO_SECRET=\n", "KOMMO_SECRET is empty in"),
        ("QIKCHAT_LOGIN=hush:a\nQIKCHAT_LOGIN=hush:b\n", "line 2: the setting is already in line 1"),
    ] {
        fs::write(&file, text).expect("a file");
        for command in [
            &["dev", "--port", "0"][..],
            &["redrive", "--from", "dead-letter"],
            &["replay", "none.jsonl"],
            &["send", "kommo/v2-text"],
            &["sign", "kommo/v2-text"],
            &["tail", "--once"],
            &["verify", "kommo/v2-text"],
        ] {
            let finished = finish(chathooks(command).args(["--env-file", path]).env("PWD", folder.path()));
            assert_eq!(finished.code, Some(2), "{command:?}: {}{}", finished.stdout, finished.stderr);
            assert!(finished.stderr.contains(told) && !finished.stderr.contains("hush"), "{command:?}: {}", finished.stderr);
        }
    }
    fs::write(&file, "KOMO_SECRET=hush\nOTHER=hush\n").expect("a file");
    let warned = finish(&mut chathooks(&["verify", "kommo/v2-text", "--env-file", path]));
    assert_eq!(warned.code, Some(0), "{}", warned.stderr);
    assert!(warned.stderr.contains("line 1: KOMO_SECRET is not a setting of chathooks; did you mean KOMMO_SECRET?"), "{}", warned.stderr);
    assert!(warned.stderr.contains("line 2: OTHER is not a setting of chathooks; it is not used"), "{}", warned.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_checked_before_startup() {
    let folder = TempDir::new().expect("a folder");
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let queue = Sqs::start().create_queue("looked-at").await;
    let missing = format!("{}-missing", queue.url());
    let refused = format!("http://127.0.0.1:{closed}/123456789012/events");
    for (url, told) in [
        (missing.as_str(), "is the URL correct, including"),
        (&refused, "connection: refused"),
        ("https://sqs.invalid/123456789012/events", "DNS: the name has no address"),
        ("hush", "it must be an SQS queue URL"),
    ] {
        let mut command = crate::filled::with_access(&["dev", "--port", "0", "--queue-url", url]);
        let finished = finish(command.current_dir(folder.path()));
        assert!(finished.code == Some(2) && finished.stderr.contains(told), "{url}: {}{}", finished.stdout, finished.stderr);
    }
}

#[test]
fn a_connection_error_names_the_step_that_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            use std::io::{Read, Write};
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n");
        }
    });
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    for (url, told) in [
        (format!("http://127.0.0.1:{closed}"), "connection: refused"),
        ("http://chathooks.invalid".to_owned(), "DNS: the name has no address"),
        (format!("https://127.0.0.1:{port}"), "TLS: the port does not speak TLS"),
        (format!("http://127.0.0.1:{port}"), "HTTP: the response is not HTTP"),
    ] {
        let finished = finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &url]));
        assert!(finished.code == Some(2) && finished.stderr.contains(told), "{url}: {}", finished.stderr);
    }
}
