//! Hostile input costs the CLI a bounded amount of work, too.

use std::fs;
use std::time::{Duration, Instant};

use crate::gateway::{Gateway, chathooks, finish, finish_within};

/// Much more than needed, and much less than quadratic work would take.
const QUICK: Duration = Duration::from_secs(10);

fn deep() -> String {
    format!("{}{}", "[".repeat(40_000), "]".repeat(40_000))
}

#[test]
fn a_deep_body_is_judged_quickly() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body");
    fs::write(&file, deep()).expect("a file");
    let body = file.to_str().expect("a path");
    let header = format!("x-signature: {}", "0".repeat(40));
    let verify = |arguments: &[&str]| finish_within(chathooks(&["verify", "--body-file", body]).args(arguments), QUICK);
    let refused = verify(&["--path", "/kommo/shop", "--header", &header]);
    assert!(refused.code == Some(1) && refused.stdout.contains("compare KOMMO_SECRET"), "{}{}", refused.stdout, refused.stderr);

    let gateway = Gateway::start();
    let started = Instant::now();
    let sent = finish_within(
        &mut chathooks(&["send", "--path", "/kommo/shop", "--body-file", body, "--tamper", "signature", "--to", &gateway.origin]),
        QUICK,
    );
    assert!(sent.code == Some(1) && started.elapsed() < QUICK, "{}{}", sent.stdout, sent.stderr);
    assert!(gateway.arrows()[1].contains("[401]"));
}

#[test]
fn many_or_long_headers_are_judged_quickly() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("request");
    let verify = |headers: &str, body: &str| {
        fs::write(&file, format!("POST /kommo/shop HTTP/1.1\r\n{headers}\r\n{body}")).expect("a file");
        finish_within(chathooks(&["verify"]).arg(&file), QUICK)
    };
    let many: String = (0..999).map(|number| format!("x-{number}: {}\r\n", "ab".repeat(20))).collect();
    let refused = verify(&many, &"1".repeat(100_000));
    assert!(refused.code == Some(1) && refused.stdout.contains("refused"), "{}{}", refused.stdout, refused.stderr);
    let long = verify(&format!("x-signature: {}\r\n", "é".repeat(500_000)), "{}");
    assert!(long.code == Some(1) && long.stdout.len() < 5_000, "{} bytes", long.stdout.len());
    let too_many = verify(&"a: b\r\n".repeat(200_000), "{}");
    assert!(too_many.code == Some(2) && too_many.stderr.contains("more than 1000 headers"), "{}", too_many.stderr);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("request");
    fs::write(&file, "POST /kommo/%1b[2J%E2%80%AEevil HTTP/1.1\r\nx-signature: \x1b[31m\r\n\r\n{}").expect("a file");
    let refused = finish(chathooks(&["verify"]).arg(&file));
    assert!(refused.stdout.contains("<U+001B>[2J<U+202E>evil") && !refused.stdout.contains('\x1b'), "{}", refused.stdout);
}

#[cfg(unix)]
#[test]
fn an_endless_file_is_not_read_forever() {
    let zero = || fs::File::open("/dev/zero").expect("a file");
    let input = finish_within(chathooks(&["verify", "-"]).stdin(zero()), QUICK);
    assert!(input.code == Some(2) && input.stderr.contains("larger than 32 MiB"), "{}", input.stderr);
    for arguments in [["--body-file", "/dev/zero"], ["--env-file", "/dev/zero"]] {
        let finished = finish_within(chathooks(&["verify", "kommo/v2-text"]).args(arguments), QUICK);
        assert!(finished.code == Some(2) && finished.stderr.contains("/dev/zero"), "{}", finished.stderr);
    }
}
