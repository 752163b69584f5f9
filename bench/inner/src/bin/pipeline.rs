//! Takes one and the same request a number of times: what callgrind counts.
//!
//! `pipeline <case> <bytes> <times>`; the case `ten` is ten events in one request.

#![allow(clippy::expect_used, reason = "a measurement fails by a panic that says what is wrong")]

use bench_inner::{Case, Pipeline, ten_events};

fn main() {
    let [case, bytes, times] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("<case> <bytes> <times>");
    let bytes = bytes.parse().expect("a number of bytes");
    let event = match case.as_str() {
        "ten" => Case::named("kommunicate").event(&ten_events()),
        name => Case::named(name).event(&Case::named(name).body(bytes)),
    };
    let pipeline = Pipeline::new();
    for _ in 0..times.parse::<usize>().expect("a number of times") {
        assert_eq!(pipeline.receive(&event), 200);
    }
}
