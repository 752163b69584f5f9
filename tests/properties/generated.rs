//! Bodies generated from samples by changes anywhere in them.

use functions::PROVIDERS;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use shared::provider::{Provider, Webhook};
use testkit::{Pipeline, parts, paths, samples};

use crate::change::Change;
use crate::events;
use crate::tree::Tree;

#[test]
fn every_generated_bodys_events_are_the_same_when_sent_alone() {
    for provider in PROVIDERS {
        for webhook in provider.webhooks {
            check(provider, webhook);
        }
    }
}

fn check(provider: &'static Provider, webhook: &'static Webhook) {
    let (pipeline, path) = (Pipeline::new(provider), paths::filled(webhook.paths[0], "shop"));
    let seeds = seeds(provider, webhook);
    let strategy = (any::<Index>(), any::<Index>(), proptest::collection::vec(Change::any(), 1..8)).prop_map(|(one, other, changes)| {
        let (mut body, mut other) = (seeds[one.index(seeds.len())].clone(), seeds[other.index(seeds.len())].clone());
        changes.iter().for_each(|change| change.apply(&mut body, &mut other));
        body.to_string()
    });
    let several = std::cell::Cell::new(0);
    // 256 bodies, or the number in PROPTEST_CASES.
    let config = Config { failure_persistence: None, ..Config::default() };
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&strategy, |body| {
        let (delivery, _) = pipeline.receive(&path, body.as_bytes());
        // A malformed body is quarantined unchanged.
        if delivery.answer.status != 400 {
            let all = parts::check(&pipeline, &path, body.as_bytes());
            several.set(several.get() + usize::from(all.len() > 1));
            all.iter().for_each(events::check);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{}: {failure}", webhook.name);
    }
    println_count(webhook.name, several.get(), cases);
}

/// Returns the webhook's example and samples.
fn seeds(provider: &'static Provider, webhook: &'static Webhook) -> Vec<Tree> {
    let is_own = |path: &str| paths::find(provider, path).is_some_and(|(found, _)| std::ptr::eq(found, webhook));
    let samples = samples(provider.name).into_iter().filter(|sample| is_own(sample.event["rawPath"].as_str().unwrap_or_default()));
    let bodies = samples.map(|sample| sample.body).chain([webhook.example.into()]);
    let seeds: Vec<Tree> = bodies.filter_map(|body| Some(Tree::from(&serde_json::from_slice(&body).ok()?))).collect();
    assert!(seeds.len() > 1, "{}", webhook.name);
    seeds
}

#[allow(clippy::print_stdout, reason = "it reports how many bodies had multiple events")]
fn println_count(webhook: &str, several: usize, cases: u32) {
    println!("{webhook}: {several} of {cases} bodies had more than one event");
}
