//! A redrive by another process while the inspector is open.

use serde_json::json;
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use super::delivery::lines_when;
use super::page::Page;
use super::{KOMMUNICATE, TOKEN};
use crate::forward::MESSAGE;
use crate::gateway::{Gateway, chathooks, finish};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_shown_without_another_attempt() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let folder = TempDir::new().expect("a folder");
    let gateway = Gateway::start_by(folder, &[], &["--first-retry-ms", "1", "--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    lines_when(&page, 1, "dead").await;

    // Without a receiver, nothing else happens to the message.
    let gateway = Gateway::start_in(gateway.kill(), &[]);
    let page = Page::of(&gateway);
    let mut stream = page.stream(None).await;
    assert_eq!(stream.next().await.0, "hello");
    let redrive = ["redrive", "--from", "dead-letter", "--execute", "--queue-file"];
    let finished = finish(chathooks(&redrive).arg(gateway.queue_file()));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let (name, _, states) = stream.next().await;
    assert_eq!((name.as_str(), states), ("states", json!([{"number": 1, "state": "queued", "next_attempt_at": null}])));
}
