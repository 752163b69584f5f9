//! Handles the same request a number of times, for callgrind to count.
//!
//! `pipeline <case> <bytes> <times>`; the case `ten` is a request with ten events.

#![allow(clippy::expect_used, reason = "a measurement reports errors by panicking")]

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
