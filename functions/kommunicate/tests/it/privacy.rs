//! What is never logged and never answered.

use testkit::suite::privacy;

use crate::KOMMUNICATE;

#[tokio::test]
async fn nothing_private_is_written() {
    let names = ["array", "file", "metadata"];
    let samples: Vec<_> = testkit::samples("kommunicate").into_iter().filter(|sample| names.contains(&sample.name.as_str())).collect();
    privacy::sweep(&KOMMUNICATE, &samples).await;
}
