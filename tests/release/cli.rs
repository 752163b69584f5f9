//! The CLI from its archive, in an empty folder and with an empty `PATH`.

use std::env::consts::ARCH;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::unpacked::Unpacked;

/// How long the gateway can take to start.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_sample_is_sent_to_the_gateway_without_a_checkout() {
    let archive = Unpacked::archive(&format!("chathooks-{ARCH}-unknown-linux-musl.tar.gz"));
    let program = archive.path("chathooks");
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start(&program, &folder);
    for sample in ["kommo/v2-text", "qikchat/text", "kommunicate/one-to-one", "kore/hooks-text"] {
        let sent = run(&program, &folder, &["send", sample, "--to", &gateway.origin]);
        let printed = String::from_utf8_lossy(&sent.stdout);
        assert!(sent.status.success() && printed.contains("<-- [200] "), "{sample}: {printed}{}", String::from_utf8_lossy(&sent.stderr));
    }
    let queued = run(&program, &folder, &["queue", "--json"]);
    assert!(queued.status.success() && !queued.stdout.is_empty());
    let samples = run(&program, &folder, &["samples"]);
    assert!(samples.stdout.split(|byte| *byte == b'\n').count() > 100);
}

/// A running `chathooks dev`. Dropping it kills the process.
struct Gateway {
    child: Child,
    origin: String,
}

impl Gateway {
    fn start(program: &Path, folder: &TempDir) -> Self {
        let mut child = command(program, folder, &["dev", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("it starts");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("a piped stdout");
        thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        let mut gateway = Self { child, origin: String::new() };
        let first = lines.recv_timeout(PATIENCE).expect("a first line in time");
        let origin = first.split_whitespace().find_map(|word| word.strip_suffix('/').filter(|word| word.starts_with("http://127.0.0.1:")));
        gateway.origin = origin.unwrap_or_else(|| panic!("no address in {first:?}")).to_owned();
        gateway
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Both fail only if the child has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(program: &Path, folder: &TempDir, arguments: &[&str]) -> Output {
    command(program, folder, arguments).output().expect("it runs")
}

fn command(program: &Path, folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().current_dir(folder).stdin(Stdio::null());
    command
}
