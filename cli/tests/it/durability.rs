//! An acknowledged event is in the file, no matter what happens to the process.

use tempfile::TempDir;

use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

fn send(gateway: &Gateway, sample: &str) {
    let finished = finish(&mut chathooks(&["send", sample, "--to", &gateway.origin]));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
}

#[test]
fn a_kill_right_after_the_response_loses_nothing() {
    let mut folder = TempDir::new().expect("a folder");
    for count in 1..=5 {
        let gateway = Gateway::start_in(folder, &[]);
        assert!(
            gateway.banner[2].ends_with(&format!("(SQLite, {} message{} so far)", count - 1, if count == 2 { "" } else { "s" })),
            "{}",
            gateway.banner[2]
        );
        send(&gateway, "kommo/v2-text");
        let file = gateway.queue_file();
        folder = gateway.kill();
        assert_eq!(rows(&file).len(), count);
    }
}

#[test]
fn a_signal_ends_it_cleanly_and_the_queue_remains() {
    for signal in ["INT", "TERM"] {
        let mut gateway = Gateway::start();
        send(&gateway, "qikchat/whatsapp-business-account");
        let count = rows(&gateway.queue_file()).len();
        assert!(count > 1);
        assert_eq!(gateway.end_by(signal).code(), Some(0), "{signal}");
        let folder = gateway.kill();
        let gateway = Gateway::start_in(folder, &[]);
        assert_eq!(rows(&gateway.queue_file()).len(), count);
    }
}
