//! Time by body size for each proof, each parser, and the whole pipeline, with SHA-1 over the same bytes for comparison.
//!
//! From 10 kB on, a group's throughput is constant if its cost grows no faster than the size.

#![allow(clippy::expect_used, missing_docs, reason = "a measurement reports errors by panicking")]

use std::hint::black_box;

use bench_inner::{CASES, Case, Pipeline, SIZES, ten_events};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sha1::{Digest, Sha1};
use shared::http_event::HttpEvent;
use shared::json::Document;
use shared::parse::Events;
use shared::received::Received;
use shared::timestamp::Timestamp;

fn request(event: &[u8]) -> Received {
    serde_json::from_slice::<HttpEvent>(event).expect("a Lambda event").into_received(String::new(), None)
}

/// Returns the last segment of the path, which is the channel in every sample.
fn channel(request: &Received) -> Option<&str> {
    request.path.rsplit('/').next()
}

/// Runs `measure` over a case's bodies of each size.
fn by_size(criterion: &mut Criterion, group: &str, case: &Case, measure: impl Fn(&Received)) {
    let mut group = criterion.benchmark_group(group);
    for size in SIZES {
        let request = request(&case.event(&case.body(size)));
        let bytes = request.body.len() as u64;
        group.throughput(Throughput::Bytes(bytes));
        group.bench_with_input(BenchmarkId::new(case.name, bytes), &request, |bencher, request| {
            bencher.iter(|| measure(black_box(request)))
        });
    }
    group.finish();
}

fn sha1(criterion: &mut Criterion) {
    by_size(criterion, "sha1", Case::named("kommo-v2"), |request| {
        black_box(Sha1::digest(&request.body));
    });
}

fn verify(criterion: &mut Criterion) {
    for case in CASES.iter().filter(|case| case.name != "kommo-v1") {
        let endpoint = case.endpoint();
        let now = Timestamp::now();
        by_size(criterion, "verify", case, |request| {
            black_box(endpoint.verify(request, channel(request), now).expect("a proof"));
        });
    }
}

fn parse(criterion: &mut Criterion) {
    for case in &CASES {
        let endpoint = case.endpoint();
        by_size(criterion, "parse", case, |request| {
            let document = Document::parse(&request.body).expect("JSON");
            let mut events = Events::default();
            (endpoint.webhook.parse)(document.root(), channel(request), &mut events).expect("events");
            black_box(events);
        });
    }
}

fn pipeline(criterion: &mut Criterion) {
    let pipeline = Pipeline::new();
    let mut group = criterion.benchmark_group("pipeline");
    for case in &CASES {
        for size in SIZES {
            let body = case.body(size);
            let event = case.event(&body);
            group.throughput(Throughput::Bytes(body.len() as u64));
            group.bench_function(BenchmarkId::new(case.name, body.len()), |bencher| {
                bencher.iter(|| assert_eq!(pipeline.receive(black_box(&event)), 200))
            });
        }
    }
    let body = ten_events();
    let event = Case::named("kommunicate").event(&body);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function(BenchmarkId::new("ten events", body.len()), |bencher| {
        bencher.iter(|| assert_eq!(pipeline.receive(black_box(&event)), 200))
    });
    group.finish();
}

criterion_group!(benches, sha1, verify, parse, pipeline);
criterion_main!(benches);
