//! `handle.rs`: the worker's one function, and the page that shows it.

use std::fs;
use std::time::Duration;

use shared::settings::Settings;
use testkit::{Sqs, workspace};
use worker::handle::{Event, State};

use crate::feed::Feed;

#[tokio::test]
async fn it_handles_messages_and_skips_the_rest() {
    let queue = Sqs::start().create_queue("handle").await;
    let feed = Feed::new(&queue).await;
    let state = State::from_settings(&Settings::new(|_| None)).expect("no settings");
    for (sample, is_done) in [("v2-text", true), ("v2-typing", true), ("v2-sticker", false)] {
        feed.sample(sample).await;
        let json = queue.receive_all().await.remove(0).body;
        let event = Event::parse(&json, Duration::from_secs(1)).expect("an event");
        assert_eq!(examples::handle(&state, &event).await.is_ok(), is_done, "{sample}");
    }
}

#[test]
fn the_page_shows_what_is_tested() {
    let read = |path: &str| fs::read_to_string(workspace().join(path)).expect("a text");
    let code = read("examples/handle.rs");
    let start = code.find("pub async fn handle").expect("the function");
    let end = start + code[start..].find("\n}\n").expect("its end") + "\n}\n".len();
    assert!(read("docs/handling-events.md").contains(&code[start..end]), "docs/handling-events.md shows a different function");
}
