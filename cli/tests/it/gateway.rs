//! A running `chathooks dev` on a free port, with its own queue file.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The time limit of everything here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Returns the binary with none of this machine's settings.
pub(crate) fn chathooks(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chathooks"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir(testkit::workspace()).stdin(Stdio::null());
    command
}

/// The gateway. Dropping it kills the process.
pub(crate) struct Gateway {
    child: Child,
    /// Its origin, such as `http://127.0.0.1:4711`.
    pub(crate) origin: String,
    /// The token in the inspector's URL.
    pub(crate) token: String,
    /// Its lines before the first delivery, with the inspector's line moved from last to first.
    pub(crate) banner: Vec<String>,
    lines: Receiver<String>,
    /// Everything that it wrote to stdout and stderr.
    written: Arc<Mutex<String>>,
    folder: Option<TempDir>,
}

impl Gateway {
    /// Starts one with the demo secrets and an empty queue.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these settings and an empty queue.
    pub(crate) fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_in(TempDir::new().expect("a folder"), settings)
    }

    /// Starts one whose queue is in this folder.
    pub(crate) fn start_in(folder: TempDir, settings: &[(&str, &str)]) -> Self {
        Self::start_by(folder, settings, &[])
    }

    /// Like [`Gateway::start_in`], with further arguments.
    pub(crate) fn start_by(folder: TempDir, settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::run(folder, settings, arguments, &testkit::workspace())
    }

    /// Starts one that runs in this folder instead of in a checkout.
    pub(crate) fn start_within(working: &Path, settings: &[(&str, &str)]) -> Self {
        Self::run(TempDir::new().expect("a folder"), settings, &[], working)
    }

    fn run(folder: TempDir, settings: &[(&str, &str)], arguments: &[&str], working: &Path) -> Self {
        let queue = queue_file(folder.path());
        let mut command = chathooks(&["dev", "--port", "0", "--queue-file"]);
        command.arg(queue).args(arguments).current_dir(working).envs(settings.iter().copied());
        Self::spawn(&mut command, folder)
    }

    /// Another command that prints the inspector's address last.
    pub(crate) fn spawn(command: &mut Command, folder: TempDir) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("chathooks starts");
        let (stdout, stderr) = (child.stdout.take().expect("a piped stdout"), child.stderr.take().expect("a piped stderr"));
        let written = Arc::<Mutex<String>>::default();
        let write = |written: Arc<Mutex<String>>| move |line: &String| *written.lock().expect("a text") += &format!("{line}\n");
        let (sender, lines) = channel();
        let (out, err) = (write(Arc::clone(&written)), write(Arc::clone(&written)));
        thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).inspect(out).try_for_each(|line| sender.send(line)));
        thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).for_each(|line| err(&line)));
        let mut gateway =
            Self { child, origin: String::new(), token: String::new(), banner: Vec::new(), lines, written, folder: Some(folder) };
        while !gateway.banner.first().is_some_and(|line| line.starts_with("inspector: ")) {
            let line = gateway.line();
            let index = if line.starts_with("inspector: ") { 0 } else { gateway.banner.len() };
            gateway.banner.insert(index, line);
        }
        let page = gateway.banner[0].split_whitespace().nth(1).and_then(|page| page.split_once("/?token="));
        let (origin, token) = page.expect("the inspector's address");
        (gateway.origin, gateway.token) = (origin.to_owned(), token.to_owned());
        gateway
    }

    /// Returns the next line, without its time.
    pub(crate) fn line(&self) -> String {
        let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no further line within 30 s after\n{}", self.written()));
        match line.get(..10) {
            Some(time) if is_time(time) => line[10..].to_owned(),
            _ => line,
        }
    }

    /// Returns the two lines of the next delivery.
    pub(crate) fn arrows(&self) -> [String; 2] {
        let arrows = [self.line(), self.line()];
        let written = self.written();
        let arrow = written.lines().rfind(|line| line.contains("<-- ")).expect("a response");
        assert!(arrow.get(..10).is_some_and(is_time), "{arrow}");
        assert!(arrows[0].starts_with("--> ") && arrows[1].starts_with("<-- "), "{arrows:?}");
        arrows
    }

    /// Returns the next line about a delivery attempt by the worker, without its arrow.
    pub(crate) fn delivery(&self) -> String {
        loop {
            if let Some(delivery) = self.line().strip_prefix("==> ") {
                return delivery.to_owned();
            }
        }
    }

    /// Returns everything that it has written so far.
    pub(crate) fn written(&self) -> String {
        self.written.lock().expect("a text").clone()
    }

    /// Returns the path of its queue file.
    pub(crate) fn queue_file(&self) -> PathBuf {
        queue_file(self.folder.as_ref().expect("a folder").path())
    }

    /// Kills it, as `kill -9` does, and returns its folder.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
        self.folder.take().expect("a folder")
    }

    /// Sends a signal to the process and waits until it ends.
    pub(crate) fn end_by(&mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([&format!("-{signal}"), &id]).status().expect("kill runs");
        assert!(status.success());
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it did not end after {signal}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns whether a text has the form `09:15:02Z `.
fn is_time(text: &str) -> bool {
    text.bytes().zip(b"00:00:00Z ").all(|(byte, like)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like })
}

fn queue_file(folder: &Path) -> PathBuf {
    folder.join("queue.sqlite3")
}

/// The outcome of a finished command.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to completion, with a time limit.
pub(crate) fn finish(command: &mut Command) -> Finished {
    finish_within(command, PATIENCE)
}

/// Like [`finish`], for commands that take longer.
pub(crate) fn finish_within(command: &mut Command, patience: Duration) -> Finished {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (mut stdout, mut stderr) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
    let read = |stream: &mut dyn Read| {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("its output");
        String::from_utf8_lossy(&text).into_owned()
    };
    let (sender, ended) = channel();
    let id = child.id();
    thread::spawn(move || {
        if ended.recv_timeout(patience).is_err() {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
    });
    let reader = thread::spawn(move || read(&mut stderr));
    let stdout = read(&mut stdout);
    let status = child.wait().expect("it ended");
    let _ = sender.send(());
    Finished { code: status.code(), stdout, stderr: reader.join().expect("its errors") }
}
