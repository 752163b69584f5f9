//! Time by body size: each proof, each parser, the envelope, and all of it, beside SHA-1 over the same
//! bytes.
//!
//! Each group's throughput stays the same from 10 kB on where the cost grows with the size and no faster.

#![allow(clippy::expect_used, missing_docs, reason = "a measurement fails by a panic that says what is wrong")]

use std::hint::black_box;

use bench_inner::{CASES, Case, Pipeline, SIZES, ten_events};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sha1::{Digest, Sha1};
use shared::envelope::Envelope;
use shared::http_event::HttpEvent;
use shared::json;
use shared::received::{Received, Verified};
use shared::timestamp::Timestamp;
use shared::verify::Proof;

fn request(event: &[u8]) -> Received {
    serde_json::from_slice::<HttpEvent>(event).expect("a Lambda event").into_received(String::new(), None)
}

/// The last segment of a path: the channel of every sample.
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
        let signer = case.sender().signer;
        let now = Timestamp::now();
        by_size(criterion, "verify", case, |request| {
            black_box(signer.verify(request, channel(request), now).expect("a proof"));
        });
    }
}

fn parse(criterion: &mut Criterion) {
    for case in &CASES {
        let signer = case.sender().signer;
        by_size(criterion, "parse", case, |request| {
            let text = json::decode(&request.body).expect("UTF-8");
            let body = json::parse(&text).expect("JSON");
            black_box(signer.events(&body, channel(request)).expect("events"));
        });
    }
}

fn envelope(criterion: &mut Criterion) {
    let case = Case::named("kommo-v2");
    let signer = case.sender().signer;
    by_size(criterion, "envelope", case, |request| {
        let text = json::decode(&request.body).expect("UTF-8");
        let body = json::parse(&text).expect("JSON");
        let events = signer.events(&body, channel(request)).expect("events");
        let verified = Verified::new(request, Proof::waived_by_operator());
        let envelope = Envelope::new(signer.about(), &verified, channel(request), Timestamp::now());
        black_box(envelope.messages(events, None));
    });
}

fn pipeline(criterion: &mut Criterion) {
    let pipeline = Pipeline::new();
    let mut group = criterion.benchmark_group("pipeline");
    for case in &CASES {
        for size in SIZES {
            let body = case.body(size);
            let event = case.event(&body);
            group.throughput(Throughput::Bytes(body.len() as u64));
            group.bench_function(BenchmarkId::new(case.name, body.len()), |bencher| bencher.iter(|| pipeline.receive(black_box(&event))));
        }
    }
    let body = ten_events();
    let event = Case::named("kommunicate").event(&body);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function(BenchmarkId::new("ten events", body.len()), |bencher| bencher.iter(|| pipeline.receive(black_box(&event))));
    group.finish();
}

criterion_group!(benches, sha1, verify, parse, envelope, pipeline);
criterion_main!(benches);
