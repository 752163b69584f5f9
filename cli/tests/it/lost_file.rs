//! What happens to the queue file while `dev` has it open.

use std::fs;

use crate::gateway::{Finished, Gateway, chathooks, finish};
use crate::rows::rows;

fn send(gateway: &Gateway) -> Finished {
    finish(&mut chathooks(&["send", "kommo/v2-text", "--to", &gateway.origin]))
}

#[test]
fn a_command_that_reads_the_file_changes_nothing() {
    let gateway = Gateway::start();
    assert_eq!(send(&gateway).code, Some(0));
    for command in [&["queue", "--queue-file"][..], &["tail", "--once", "--queue-file"]] {
        assert_eq!(finish(chathooks(command).arg(gateway.queue_file())).code, Some(0), "{command:?}");
        let sent = send(&gateway);
        assert_eq!(sent.code, Some(0), "{command:?}: {}", sent.stdout);
    }
    // A new process sees the same rows.
    let file = gateway.queue_file();
    let _folder = gateway.kill();
    assert_eq!(rows(&file).len(), 3);
}

#[test]
fn a_deleted_queue_file_causes_503_and_is_reported_once() {
    let gateway = Gateway::start();
    assert_eq!(send(&gateway).code, Some(0));
    fs::remove_file(gateway.queue_file()).expect("a file");
    for _ in 0..2 {
        let sent = send(&gateway);
        assert!(sent.code == Some(1) && sent.stdout.contains("<-- [503]"), "{}{}", sent.stdout, sent.stderr);
    }
    let (first, second, third) = (gateway.arrows(), gateway.arrows(), gateway.written());
    assert!(first[1].contains("[200]") && second[1].contains("[503]") && second[1].contains("queue file is gone"), "{second:?}");
    assert_eq!(third.matches("was deleted or replaced while it was in use").count(), 1, "{third}");
}
