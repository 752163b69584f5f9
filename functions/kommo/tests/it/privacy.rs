//! What is never logged and never answered.

use testkit::suite::privacy;

use crate::KOMMO;

#[tokio::test]
async fn nothing_private_is_written() {
    let names = ["v2-text", "v1-picture", "v2-contact", "unknown-shape"];
    let samples: Vec<_> = testkit::samples("kommo").into_iter().filter(|sample| names.contains(&sample.name.as_str())).collect();
    privacy::sweep(&KOMMO, &samples).await;
}
