//! Which secret is accepted for which channel.

use testkit::Journey;
use testkit::suite::keyrings;

use crate::KOMMO;

#[tokio::test]
async fn a_scope_comes_before_its_channel() {
    let keyring = r#"{"chan_acct":"scope","chan":["channel-new","channel-old"],"*":"star"}"#;
    let journey = Journey::start(&KOMMO, &[("KOMMO_SECRET", keyring)]).await;
    for (path, secret, expected) in [
        ("/kommo/chan_acct", "scope", Ok((Some("chan_acct"), 0))),
        ("/kommo/chan_acct", "channel-new", Err(())),
        ("/kommo/chan_other", "channel-old", Ok((Some("chan_other"), 1))),
        ("/kommo/chan_other", "scope", Err(())),
        ("/kommo/chan_other", "star", Err(())),
        ("/kommo/chan", "channel-new", Ok((Some("chan"), 0))),
        ("/kommo/channel_acct", "star", Ok((Some("channel_acct"), 0))),
        ("/kommo/channel_acct", "channel-new", Err(())),
        ("/kommo/chan%5Facct", "scope", Ok((Some("chan_acct"), 0))),
        ("/kommo/*_acct", "star", Ok((Some("*_acct"), 0))),
        ("/kommo", "star", Ok((None, 0))),
    ] {
        keyrings::check(&journey, &KOMMO, path, secret, expected).await;
    }
}
