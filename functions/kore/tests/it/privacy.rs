//! What is never logged and never answered.

use testkit::suite::privacy;

use crate::{CALLBACK, HOOKS};

#[tokio::test]
async fn nothing_private_is_written() {
    let samples = testkit::samples("kore");
    let of = |prefix: &str| samples.iter().filter(|sample| sample.name.starts_with(prefix)).cloned().collect::<Vec<_>>();
    privacy::sweep(&CALLBACK, &of("callback-")[..4]).await;
    privacy::sweep(&HOOKS, &of("hooks-")[..4]).await;
}
