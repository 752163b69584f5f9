//! The unmodified samples.

use functions::PROVIDERS;
use testkit::{Pipeline, Post, parts, samples};

use crate::events;

#[test]
fn every_samples_events_are_the_same_when_sent_alone() {
    let mut several = 0;
    for provider in PROVIDERS {
        let pipeline = Pipeline::new(provider);
        for sample in samples(provider.name) {
            let all = parts::check(&pipeline, &Post::of(&sample).path, &sample.body);
            several += usize::from(all.len() > 1);
            all.iter().for_each(events::check);
        }
    }
    assert!(several > 5, "{several} samples with more than one event");
}
