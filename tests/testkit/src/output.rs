//! The output of a child process, stdout and stderr, line by line.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the streams of a child that has ended can stay open.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a child's stdout and stderr on separate threads until both are closed.
#[derive(Debug)]
pub(crate) struct Output {
    lines: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Output {
    /// Takes ownership of the child's piped streams.
    pub(crate) fn of(child: &mut Child) -> Self {
        let lines = Arc::default();
        let stdout = child.stdout.take().map(|stream| read(stream, &lines));
        let stderr = child.stderr.take().map(|stream| read(stream, &lines));
        Self { lines, readers: [stdout, stderr].into_iter().flatten().collect() }
    }

    /// Returns the lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Returns all lines of a child that has ended.
    ///
    /// # Panics
    /// If another process still holds the streams open after 10 s.
    pub(crate) fn finish(self) -> Vec<String> {
        let start = Instant::now();
        while !self.readers.iter().all(JoinHandle::is_finished) {
            assert!(start.elapsed() < PATIENCE, "the output did not end within 10 s: {:#?}", self.lines());
            std::thread::sleep(Duration::from_millis(1));
        }
        self.lines()
    }
}

fn read(stream: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let lines = Arc::clone(lines);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            lines.lock().unwrap().push(line);
        }
    })
}
