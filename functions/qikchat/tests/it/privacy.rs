//! What is never logged and never answered.

use testkit::suite::privacy;

use crate::QIKCHAT;

#[tokio::test]
async fn nothing_private_is_written() {
    let names = ["text", "contacts", "status-read", "whatsapp-business-account"];
    let samples: Vec<_> = testkit::samples("qikchat").into_iter().filter(|sample| names.contains(&sample.name.as_str())).collect();
    privacy::sweep(&QIKCHAT, &samples).await;
}
