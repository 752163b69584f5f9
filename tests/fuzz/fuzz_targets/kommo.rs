//! Any body, as the `kommo` function reads it.

#![no_main]

use std::sync::LazyLock;

use chathooks_fuzz::{demo_settings, parser};
use libfuzzer_sys::fuzz_target;
use shared::provider::Provider;

static PROVIDERS: LazyLock<Vec<Box<dyn Provider>>> = LazyLock::new(|| kommo::FUNCTION.providers(&demo_settings()).expect("demo settings"));

fuzz_target!(|body: &[u8]| {
    for provider in PROVIDERS.iter() {
        parser::read(provider.as_ref(), body);
    }
});
